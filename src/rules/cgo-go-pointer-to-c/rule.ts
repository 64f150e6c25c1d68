// cgo-go-pointer-to-c: C gets the address of Go memory that itself holds Go pointers, or a map or channel. See rule.md.
import {cCallName, cMember, declaredInC, isCgoHelper, unparen, within, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {assignedAt, callsNamed, declarationAround, localOf, mentions, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {addressed, peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {isTypeParam} from '../../go/types/predicates.ts'
import type {Type} from '../../go/types/types.ts'
import {underlying} from '../../go/types/underlying.ts'

const depthMax = 6

export default defineRule({
  id: 'cgo-go-pointer-to-c',
  title: 'C gets Go memory that holds Go pointers',
  severity: 'error',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/cgocall.go'],
  messages: {
    direct: {
      what: '{call} gets the {kind} {value}',
      why: 'a {kind} is a pointer to memory that only the Go runtime understands; with cgocheck on, its default, the call panics',
      next: 'Copy what C needs into C memory or into a value without Go pointers.',
    },
    record: {
      what: '{call} gets the address of {value}, whose {field} was set to the address of Go memory',
      why: 'a record of C that lies in Go memory is Go memory all the same, and must hold no unpinned Go pointer while C has it; with cgocheck on, its default, the call panics',
      next: 'Copy what {field} points to into C memory (C.CBytes), or pin it with runtime.Pinner (Go 1.21).',
    },
    always: {
      what: '{call} gets the address of {value}, which holds {holds}',
      why: 'Go memory passed to C must hold no unpinned Go pointer, and what is inside a {kind} can never be pinned; with cgocheck on, its default, the call panics',
      next: 'Copy what C needs into C memory or into a value without Go pointers.',
    },
    hidden: {
      what: '{call} gets the address of {value}, which holds {holds}, as {type}',
      why: 'Go memory passed to C must hold no unpinned Go pointer; cgocheck goes by the type of the parameter, so behind a conversion to a C type that declares no pointer the call does not panic, and the rule is broken as soon as the {kind} points into the Go heap',
      next: 'Copy what C needs into C memory or into a value without Go pointers; a conversion only hides this from the check.',
    },
    filled: {
      what: '{call} gets the address of {value}, which holds {holds}',
      why: 'Go memory passed to C must hold no unpinned Go pointer; with cgocheck on, its default, the call panics as soon as the {kind} points into the Go heap',
      next: 'Copy what C needs into C memory, or {instead}.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      if (name === undefined || isCgoHelper(name)) continue
      for (const argument of call.args) {
        const set = filledRecord(pass, argument)
        if (set !== undefined && convertedTo(pass, argument) === undefined && !pinsAround(pass, call)) {
          const data = {call: `C.${name}`, value: set.variable.name, field: set.field}
          pass.report(argument, 'record', {data, related: [{node: set.at, label: 'set here'}]})
          continue
        }
        const found = judge(pass, argument)
        if (found === undefined || pinsAround(pass, call)) continue
        const {value, kind, holds, confidence} = found
        const type = convertedTo(pass, argument)
        const message = type === undefined || found.message === 'direct' ? found.message : 'hidden'
        pass.report(argument, message, {
          data: {call: `C.${name}`, value, kind, holds, type: type ?? '', instead: insteadOf(kind)},
          confidence,
        })
      }
    }
  },
})

/** runtime.Pinner pins what a pointer points to; the data word of an interface is nobody's to name (runtime/pinner.go, Pin, Go 1.21 to 1.26). */
const insteadOf = (kind: string): string =>
  kind === 'interface'
    ? 'pass a handle for it (runtime/cgo.NewHandle, Go 1.17): what is inside an interface cannot be pinned by way of the interface'
    : `pin what the ${kind} points to with runtime.Pinner (Go 1.21)`

interface FilledRecord {
  readonly variable: Var
  readonly field: string
  readonly at: Node
}

/** `&v` of a local record of C, one of whose fields was given the address of something that is certainly Go's in front of the call. */
function filledRecord(pass: AnyPass, argument: Expr): FilledRecord | undefined {
  const target = addressed(pass, argument)
  const variable = target === undefined ? undefined : localOf(pass, target)
  const scope = declarationAround(pass, argument)
  if (variable?.varKind !== 'local' || scope === undefined || !isRecordOfC(pass, variable)) return undefined
  let found: FilledRecord | undefined
  for (const assign of pass.within(scope, 'AssignStmt')) {
    if (assign.pos > argument.pos) continue
    for (const [i, left] of assign.lhs.entries()) {
      const at = unparen(left)
      const value = assign.rhs[i]
      if (at.kind !== 'SelectorExpr' || value === undefined || localOf(pass, at.x) !== variable) continue
      if (isGoAddress(pass, value, 0)) found = {variable, field: at.sel.name, at: assign}
      else if (found?.field === at.sel.name) found = undefined
    }
  }
  return found
}

/** Declared as `var v C.T`; a pointer to one would be memory of C's. */
function isRecordOfC(pass: AnyPass, variable: Var): boolean {
  const [first] = mentions(pass, variable)
  const spec = first === undefined ? undefined : pass.parent(first)
  return spec?.kind === 'ValueSpec' && spec.type !== undefined && cMember(pass, spec.type) !== undefined
}

/** Behind conversions: `&x` of a variable of this function, `&s[0]` of a slice that is no view of other memory, or a variable that only gets such. */
function isGoAddress(pass: AnyPass, expr: Expr, depth: number): boolean {
  const inner = peel(pass, expr)
  if (depth > depthMax) return false
  const target = addressed(pass, inner)
  if (target === undefined) {
    const local = localOf(pass, inner)
    if (local?.varKind !== 'local') return false
    const given = mentions(pass, local).flatMap(mention => assignedAt(pass, mention) ?? [])
    return given.length > 0 && given.every(one => one !== 'other' && isGoAddress(pass, one, depth + 1))
  }
  if (target.kind === 'CompositeLit') return true
  if (target.kind === 'Ident') return localOf(pass, target)?.varKind === 'local'
  if (target.kind !== 'IndexExpr') return false
  const type = pass.typeOf(target.x)
  if (type === undefined || underlying(type).kind !== 'Slice') return false
  const slice = localOf(pass, target.x)
  const made = slice?.varKind === 'local' ? onlyValue(pass, slice) : undefined
  return made === undefined ? slice === undefined || slice.varKind !== 'local' : isMadeInGo(pass, made)
}

/** `make`, a literal, a conversion of a string: not a slice over memory of C's. */
function isMadeInGo(pass: AnyPass, made: Expr): boolean {
  if (made.kind === 'CompositeLit') return true
  return made.kind === 'CallExpr' && (pass.calleeName(made) === 'builtin make' || unparen(made.fun).kind === 'ArrayType')
}

interface Judged {
  readonly message: 'direct' | 'always' | 'filled'
  readonly value: string
  readonly kind: string
  readonly holds: string
  readonly confidence: number
}

const confidenceOfAddress = 0.9
/** A pointer of unknown origin may have been made from memory of C. */
const confidenceOfPointer = 0.75

function judge(pass: AnyPass, argument: Expr): Judged | undefined {
  const inner = peel(pass, argument)
  const direct = pass.typeOf(inner)
  const kind = direct === undefined ? undefined : underlying(direct).kind
  if (direct !== undefined && (kind === 'Map' || kind === 'Chan'))
    return {
      message: 'direct',
      value: pass.text(inner),
      kind: kind === 'Map' ? 'map' : 'channel',
      holds: '',
      confidence: confidenceOfAddress,
    }
  const memory = memoryOf(pass, inner)
  const found = memory === undefined ? undefined : goPointerIn(memory.type, '', 0)
  if (memory === undefined || found === undefined) return undefined
  const article = found.kind === 'interface' ? 'an' : 'a'
  const holds = found.path === '' ? `${article} ${found.kind}` : `the ${found.kind} ${found.path}`
  const message = found.kind === 'map' || found.kind === 'channel' ? 'always' : 'filled'
  return {message, value: memory.text, kind: found.kind, holds, confidence: memory.confidence}
}

/** What the argument points to: `x` of `&x`, also by way of a local variable; `*p` of a pointer to a struct that Go code has declared. */
function memoryOf(pass: AnyPass, inner: Expr): {type: Type; text: string; confidence: number} | undefined {
  const local = localOf(pass, inner)
  const source = local?.varKind === 'local' ? onlyValue(pass, local) : undefined
  const target = addressed(pass, source ?? inner)
  if (target !== undefined) {
    const type = pass.typeOf(target)
    return type === undefined ? undefined : {type, text: pass.text(target), confidence: confidenceOfAddress}
  }
  const ofGo =
    local === undefined
      ? inner.kind === 'SelectorExpr'
      : local.varKind !== 'local' || (source !== undefined && peel(pass, source) === unparen(source))
  const pointer = pass.typeOf(inner)
  const under = pointer === undefined ? undefined : underlying(pointer)
  if (!ofGo || under?.kind !== 'Pointer' || underlying(under.base).kind !== 'Struct') return undefined
  return {type: under.base, text: `*${pass.text(inner)}`, confidence: confidenceOfPointer}
}

/**
 * `*C.T` of an argument `(*C.T)(…)`. The check goes by the static type of the parameter unless that is unsafe.Pointer (cmd/cgo needsPointerCheck and
 * hasPointer, runtime cgoCheckPointer, Go 1.21 to 1.26).
 */
function convertedTo(pass: AnyPass, argument: Expr): string | undefined {
  const call = unparen(argument)
  const type = call.kind === 'CallExpr' && call.args.length === 1 ? unparen(call.fun) : undefined
  return type?.kind === 'StarExpr' && cMember(pass, type.x) !== undefined ? pass.text(type) : undefined
}

/** The part of a type that points into Go memory for sure once it is filled. Pointers may as well be C's, and functions need no memory: not counted. */
function goPointerIn(type: Type, path: string, depth: number): {kind: string; path: string} | undefined {
  const under = underlying(type)
  // What a type parameter stands for is not an interface; none of its types is known to hold a pointer.
  if (depth > depthMax || declaredInC(type) || isTypeParam(type)) return undefined
  switch (under.kind) {
    case 'Map':
      return {kind: 'map', path}
    case 'Chan':
      return {kind: 'channel', path}
    case 'Slice':
      return {kind: 'slice', path}
    case 'Interface':
      return {kind: 'interface', path}
    case 'Basic':
      return under.name === 'string' ? {kind: 'string', path} : undefined
    case 'Array':
      return goPointerIn(under.elem, path === '' ? '' : `${path}[…]`, depth + 1)
    case 'Struct': {
      const found = under.fields.flatMap(field => {
        const inner = path === '' ? field.name : `${path}.${field.name}`
        return field.type === undefined ? [] : (goPointerIn(field.type, inner, depth + 1) ?? [])
      })
      return found.find(one => one.kind === 'map' || one.kind === 'channel') ?? found[0]
    }
    default:
      return undefined
  }
}

/** Something is pinned in this function: it may be what the value points to. */
function pinsAround(pass: AnyPass, call: CallExpr): boolean {
  const scope = declarationAround(pass, call)
  return scope !== undefined && within(call, scope) && callsNamed(pass, scope, /^Pin$/)
}
