// unsafe-string-bytes-cast: a string read as a []byte header, or the other way round, by a pointer cast. See rule.md.
import {unparen, within, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {assignedAt, localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {isUnsafePointerCall} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {ReportOptions} from '../../analysis/engine/pass.ts'
import type {CallExpr, Expr, Ident, Node, StarExpr} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import type {Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

export default defineRule({
  id: 'unsafe-string-bytes-cast',
  title: 'A string and a []byte exchanged by a pointer cast',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/unsafe#String', 'https://pkg.go.dev/unsafe#StringData', 'https://pkg.go.dev/unsafe#Pointer'],
  messages: {
    bytes: {
      what: '{cast} reads the string {name} as a slice',
      why: 'a string header has no capacity: the slice takes its capacity from whatever follows it in memory, and writing to the bytes of a string is not allowed',
      next: 'Use []byte({name}), or unsafe.Slice(unsafe.StringData({name}), len({name})) where nothing writes to the result.',
    },
    written: {
      what: '{name} is written after {cast} made a string of its bytes',
      why: 'string and slice share one array, so the string changes, also where it is a map key or was compared; the array itself stays alive',
      next: 'Use string({name}), or write to the slice before the string is made.',
    },
    shared: {
      what: "{cast} returns a string that shares the bytes of the caller's {name}",
      why: 'the string changes when the caller writes to the slice; the array itself stays alive',
      next: 'Use string({name}), or unsafe.String and a comment that says who may still write.',
    },
  },

  run(pass) {
    for (const star of pass.nodes('StarExpr')) {
      const cast = castIn(pass, star)
      if (cast === undefined) continue
      const data = {cast: pass.text(star), name: pass.text(cast.variable)}
      const options: ReportOptions = {data, ...fixOf(pass, star, cast)}
      if (cast.to === 'bytes') {
        pass.report(star, 'bytes', options)
        continue
      }
      const variable = localOf(pass, cast.variable)
      if (variable === undefined) continue
      const write = writeAfter(pass, variable, star)
      if (write !== undefined)
        pass.report(write, 'written', {data, severity: 'warning', related: [{node: star, label: 'the string is made here'}]})
      else if (variable.varKind === 'parameter' && pass.parent(star)?.kind === 'ReturnStmt')
        pass.report(star, 'shared', {...options, severity: 'info', confidence: 0.5})
    }
  },
})

interface Cast {
  readonly to: 'bytes' | 'string'
  readonly variable: Expr
}

/** `*(*string)(unsafe.Pointer(&b))` with a `[]byte`, `*(*[]byte)(unsafe.Pointer(&s))` with a string. */
function castIn(pass: AnyPass, star: StarExpr): Cast | undefined {
  const conversion = unparen(star.x)
  if (conversion.kind !== 'CallExpr' || conversion.args.length !== 1) return undefined
  const fun = unparen(conversion.fun)
  const variable = addressIn(pass, conversion)
  if (fun.kind !== 'StarExpr' || variable === undefined) return undefined
  const [target, source] = [kindOf(pass.typeOf(fun.x)), kindOf(pass.typeOf(variable))]
  if (target === 'bytes' && source === 'string') return {to: 'bytes', variable}
  return target === 'string' && source === 'bytes' ? {to: 'string', variable} : undefined
}

function addressIn(pass: AnyPass, conversion: CallExpr): Expr | undefined {
  const pointer = conversion.args[0] === undefined ? undefined : unparen(conversion.args[0])
  if (pointer?.kind !== 'CallExpr' || !isUnsafePointerCall(pass, pointer) || pointer.args[0] === undefined) return undefined
  const address = unparen(pointer.args[0])
  return address.kind === 'UnaryExpr' && address.op === '&' ? unparen(address.x) : undefined
}

function kindOf(type: Type | undefined): 'bytes' | 'string' | undefined {
  const under = type === undefined ? undefined : underlying(type)
  if (under?.kind === 'Basic') return under.name === 'string' ? 'string' : undefined
  if (under?.kind !== 'Slice') return undefined
  const elem = underlying(under.elem)
  return elem.kind === 'Basic' && (elem.name === 'byte' || elem.name === 'uint8') ? 'bytes' : undefined
}

/**
 * `b[i] = …`, `copy(b, …)`, `append(b[:0], …)` behind the cast, where the string is still in use: kept in a variable that is used behind the write,
 * or stored as a key or in something that is not a local variable. A string that was only looked up or compared is gone by then.
 */
function writeAfter(pass: AnyPass, variable: Var, star: StarExpr): Node | undefined {
  const scope = pass.enclosingFunction(star)
  const kept = keptIn(pass, star)
  const block = kept === undefined ? undefined : blockOf(pass, kept.assign)
  if (scope === undefined || kept === undefined || block === undefined) return undefined
  for (const mention of mentions(pass, variable)) {
    if (mention.pos < star.end || pass.enclosingFunction(mention) !== scope || !within(mention, block)) continue
    const write = writeAt(pass, mention)
    if (write !== undefined && isUsed(pass, kept.string, star.end, write.end)) return write
  }
  return undefined
}

/** The local variable that the string becomes. */
function keptIn(pass: AnyPass, star: StarExpr): {readonly assign: Node; readonly string: Var} | undefined {
  const assign = pass.parent(star)
  if (assign?.kind !== 'AssignStmt' || assign.lhs.length !== assign.rhs.length) return undefined
  const left = assign.lhs[assign.rhs.indexOf(star)]
  const string = left === undefined ? undefined : localOf(pass, left)
  return string === undefined ? undefined : {assign, string}
}

function blockOf(pass: AnyPass, stmt: Node): Node | undefined {
  const block = pass.parent(stmt)
  return block?.kind === 'BlockStmt' ? block : undefined
}

/** Used behind the write, or stored in a map in front of it. */
const isUsed = (pass: AnyPass, string: Var, made: number, written: number): boolean =>
  mentions(pass, string).some(mention => {
    if (mention.pos > written) return assignedAt(pass, mention) === undefined
    const index = mention.pos < made ? undefined : pass.parent(mention)
    const assign = index?.kind === 'IndexExpr' && index.index === mention ? pass.parent(index) : undefined
    return assign?.kind === 'AssignStmt' && assign.lhs.some(left => left === index)
  })

function writeAt(pass: AnyPass, mention: Ident): Node | undefined {
  const parent = pass.parent(mention)
  const outer = parent === undefined ? undefined : pass.parent(parent)
  if (parent?.kind === 'IndexExpr' && parent.x === mention && outer?.kind === 'AssignStmt' && outer.lhs.includes(parent)) return outer
  if (parent?.kind === 'CallExpr' && pass.calleeName(parent) === 'builtin copy' && parent.args[0] === mention) return parent
  const isSlice = parent?.kind === 'SliceExpr' && outer?.kind === 'CallExpr' && outer.args[0] === parent && within(mention, parent)
  return isSlice && /^builtin (?:copy|append)$/.test(pass.calleeName(outer) ?? '') ? outer : undefined
}

/** The same without the detour over headers, where the language version has it. */
function fixOf(pass: AnyPass, star: StarExpr, cast: Cast): Pick<ReportOptions, 'fixes'> {
  const file = pass.fileOf(star)
  const isPlain = /^\*\(\*(?:string|\[\]byte)\)\(unsafe\.Pointer\(&\w+\)\)$/.test(pass.text(star)) // the same type, and no comment inside
  if (file.state.version < 20 || cast.variable.kind !== 'Ident' || !isPlain) return {}
  const name = cast.variable.name
  const text =
    cast.to === 'bytes'
      ? `unsafe.Slice(unsafe.StringData(${name}), len(${name}))`
      : `unsafe.String(unsafe.SliceData(${name}), len(${name}))`
  return {fixes: [{kind: 'safe', title: `Use ${text}`, edits: [{file: file.path, start: star.pos, end: star.end, text}]}]}
}
