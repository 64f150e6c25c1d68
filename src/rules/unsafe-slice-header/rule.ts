// unsafe-slice-header: a reflect.SliceHeader or StringHeader that is no real slice or string. See rule.md.
import {importsC, leadsToC, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {peel, underlyingOf} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CompositeLit, Expr, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {isUnknown} from '../../go/types/predicates.ts'

export default defineRule({
  id: 'unsafe-slice-header',
  title: 'A slice or string header made by hand',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/unsafe#Pointer', 'https://pkg.go.dev/reflect#SliceHeader'],
  messages: {
    made: {
      what: 'a {header} is made here as a plain struct',
      why: 'its Data is a uintptr, which keeps no Go memory alive: it may be freed, or moved with its stack, before a {kind} is made of the header; package unsafe allows these types only as views of a real {kind}',
      next: 'Use {instead}.',
    },
    foreign: {
      what: 'a {header} is made here as a plain struct',
      why: 'package unsafe allows these types only as views of a real {kind}; C memory is not collected, so this works as long as the layout of headers stays what it is',
      next: 'Use {instead}.',
    },
  },

  run(pass) {
    for (const literal of pass.nodes('CompositeLit'))
      if (literal.type !== undefined && !isSample(pass, literal)) reportHeader(literal, literal.type)
    for (const call of pass.nodes('CallExpr'))
      if (pass.calleeName(call) === 'builtin new' && call.args[0] !== undefined) reportHeader(call, call.args[0])
    for (const spec of pass.nodes('ValueSpec')) if (spec.type !== undefined && spec.values.length === 0) reportHeader(spec, spec.type)

    function reportHeader(node: Node, type: Expr): void {
      const header = headerName(pass, type)
      if (header === undefined) return
      const slice = header === 'SliceHeader'
      const modern = pass.fileOf(node).state.version >= (slice ? 17 : 20)
      const foreign = pointsToC(pass, node)
      pass.report(node, foreign ? 'foreign' : 'made', {
        ...(foreign ? {severity: 'warning' as const} : {}),
        related: madeInto(pass, node).map(use => ({node: use, label: `a ${slice ? 'slice' : 'string'} is made of it here`})),
        data: {
          header: `reflect.${header}`,
          kind: slice ? 'slice' : 'string',
          instead: modern
            ? slice && viewedByReflect(pass, node)
              ? 'reflect.SliceAt (Go 1.23), as only reflect knows the type of its elements'
              : slice
                ? 'unsafe.Slice (Go 1.17)'
                : 'unsafe.String (Go 1.20)'
            : `a header that points to a real ${slice ? 'slice' : 'string'}, as pattern 6 of unsafe.Pointer shows`,
        },
      })
    }
  },
})

/** `reflect.NewAt(…, unsafe.Pointer(&hdr))`. */
const viewedByReflect = (pass: AnyPass, made: Node): boolean =>
  madeInto(pass, made).some(use => [...pass.ancestors(use)].some(at => at.kind === 'CallExpr' && pass.calleeName(at) === 'reflect.NewAt'))

/** `&hdr` of the variable that the header was put into. */
function madeInto(pass: AnyPass, made: Node): readonly Node[] {
  const variable = variableOf(pass, made)
  return (variable === undefined ? [] : mentions(pass, variable)).flatMap(mention => {
    const use = pass.parent(mention)
    return use?.kind === 'UnaryExpr' && use.op === '&' ? [use] : []
  })
}

/** The local variable that the header, or its address, was put into. */
function variableOf(pass: AnyPass, made: Node): Var | undefined {
  if (made.kind === 'ValueSpec') return made.names[0] && localOf(pass, made.names[0])
  const parent = pass.parent(made)
  const [value, at] = parent?.kind === 'UnaryExpr' && parent.op === '&' ? [parent, pass.parent(parent)] : [made, parent]
  const name =
    at?.kind === 'AssignStmt' ? at.lhs[at.rhs.findIndex(right => right === value)] : at?.kind === 'ValueSpec' ? at.names[0] : undefined
  return name === undefined ? undefined : localOf(pass, name)
}

function headerName(pass: AnyPass, type: Expr): string | undefined {
  const at = unparen(type)
  if (at.kind !== 'SelectorExpr' || at.x.kind !== 'Ident' || !/^(?:Slice|String)Header$/.test(at.sel.name)) return undefined
  const object = pass.objectOf(at.x)
  return object?.kind === 'PkgName' && object.imported.path === 'reflect' ? at.sel.name : undefined
}

/** All that Data is given is `uintptr(unsafe.Pointer(x))` with an x of C's, or of no known type in a file of cgo. */
function pointsToC(pass: AnyPass, made: Node): boolean {
  if (!importsC(pass.fileOf(made).state.tree)) return false
  const first = made.kind === 'CompositeLit' ? made.elts.find(isData) : undefined
  const given = [...(first === undefined ? [] : [first.kind === 'KeyValueExpr' ? first.value : first]), ...givenLater(pass, made)]
  return (
    given.length > 0 &&
    given.every(value => {
      const under = underlyingOf(pass, peel(pass, value))
      return under === undefined || under.kind !== 'Pointer' || isUnknown(under.base) || leadsToC(under.base)
    })
  )
}

const isData = (element: Expr) => element.kind !== 'KeyValueExpr' || (element.key.kind === 'Ident' && element.key.name === 'Data')

/** `h.Data = …` of the variable that the header was put into. */
function givenLater(pass: AnyPass, made: Node): readonly Expr[] {
  const variable = variableOf(pass, made)
  return (variable === undefined ? [] : mentions(pass, variable)).flatMap(mention => {
    const selector = pass.parent(mention)
    const assign = selector?.kind === 'SelectorExpr' && selector.sel.name === 'Data' ? pass.parent(selector) : undefined
    return assign?.kind === 'AssignStmt' ? (assign.rhs[assign.lhs.findIndex(left => left === selector)] ?? []) : []
  })
}

/** `f(reflect.SliceHeader{})` shows a type and holds no address. */
const isSample = (pass: AnyPass, literal: CompositeLit): boolean => literal.elts.length === 0 && pass.parent(literal)?.kind === 'CallExpr'
