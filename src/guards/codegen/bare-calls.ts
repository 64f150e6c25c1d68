// Calls of listed C functions that do not go through the gate: syntax alone decides, so no build and no C compiler is needed.
// A call counts as gated inside a function literal given to `Call` or `CallContext` together with its own name.
import {preorder} from '../../go/syntax/digest.ts'
import {parseFile} from '../../go/syntax/parse.ts'
import {positionOf} from '../../go/syntax/lines.ts'

export interface BareCall {
  readonly name: string
  readonly line: number
  readonly column: number
}

interface Span {
  readonly name: string
  readonly pos: number
  readonly end: number
}

/** `C.f` calls of these functions outside the gate, in source order; none in a file that does not import "C". */
export function bareCalls(source: Uint8Array, functions: ReadonlySet<string>): BareCall[] {
  const {file, lines} = parseFile(source, {comments: false})
  if (!file.imports.some(spec => spec.path.value === '"C"')) return []
  const calls: Span[] = []
  const gated: Span[] = []
  preorder(file, node => {
    if (node.kind !== 'CallExpr') return
    const {fun, args} = node
    if (fun.kind !== 'SelectorExpr') return
    if (fun.x.kind === 'Ident' && fun.x.name === 'C') {
      if (functions.has(fun.sel.name)) calls.push({name: fun.sel.name, pos: node.pos, end: node.end})
      return
    }
    if (fun.sel.name !== 'Call' && fun.sel.name !== 'CallContext') return
    const [name, literal] = args.slice(-2)
    if (name?.kind !== 'BasicLit' || name.token !== 'STRING' || literal?.kind !== 'FuncLit') return
    gated.push({name: name.value.slice(1, -1), pos: literal.pos, end: literal.end})
  })
  return calls
    .filter(call => !gated.some(gate => gate.name === call.name && gate.pos <= call.pos && call.end <= gate.end))
    .map(({name, pos}) => ({name, ...positionOf(lines, pos)}))
}
