// cgo-retained-go-pointer: a C function of the package keeps a pointer to Go memory after it returned. See rule.md.
import {cSourceOf, placeInC} from '../../analysis/cgo/c-source.ts'
import {describedFunction} from '../../analysis/cgo/c-function.ts'
import {retainedArgument} from '../../analysis/cgo/c-effects.ts'
import {type AnyPass, cCallName, declaredInC, isCgoHelper, unparen} from '../../analysis/cgo/c-member.ts'
import {callsNamed, declarationAround, localOf, onlyValue} from '../../analysis/cgo/local-variable.ts'
import {peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Expr} from '../../go/syntax/ast.ts'
import {underlying} from '../../go/types/underlying.ts'

const depthMax = 4

export default defineRule({
  id: 'cgo-retained-go-pointer',
  title: 'C keeps a pointer to Go memory after the call',
  severity: 'error',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers',
    'https://pkg.go.dev/runtime#Pinner',
    'https://pkg.go.dev/runtime/cgo#Handle',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/cgocall.go',
  ],
  messages: {
    described: {
      what: '{call} keeps the pointer to {value} that it gets, says {saidBy}',
      why: 'C may use Go memory until the call returns and no longer, unless it is pinned: the collector does not see what C holds, frees the memory when Go has no pointer to it, and gives it to something else',
      next: 'Give C memory of its own (C.malloc, freed when C is done with it) with a runtime/cgo.Handle for what Go wants back, or hold a runtime.Pinner (Go 1.21) for as long as C has the pointer.',
    },
    kept: {
      what: '{call} keeps the pointer to {value} that it gets: {function} stores it',
      why: 'C may use Go memory until the call returns and no longer, unless it is pinned: the collector does not see what C holds, frees the memory when Go has no pointer to it, and gives it to something else',
      next: 'Give C memory of its own (C.malloc, freed when C is done with it) with a runtime/cgo.Handle for what Go wants back, or hold a runtime.Pinner (Go 1.21) for as long as C has the pointer.',
    },
  },

  run(pass) {
    const source = cSourceOf(pass)
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      if (name === undefined || isCgoHelper(name)) continue
      const body = source.body(name, undefined)
      const described = body === undefined ? describedFunction(pass, name) : undefined
      if (body === undefined && described?.stores === undefined) continue
      const around = declarationAround(pass, call)
      for (const [index, argument] of call.args.entries()) {
        const stores = described?.stores?.includes(index) === true
        const value = stores || body !== undefined ? goMemory(pass, argument, 0) : undefined
        const kept = value === undefined || body === undefined ? undefined : retainedArgument(source, body, index)
        if (value === undefined || (kept === undefined && !stores)) continue
        if (kept?.into !== undefined && isGoRecord(pass, call.args[kept.into])) continue
        if (around !== undefined && callsNamed(pass, around, /^Pin$/)) continue
        const data = {call: `C.${name}`, value: pass.text(value).replaceAll(/\s+/g, ' ').slice(0, 80)}
        if (kept === undefined)
          pass.report(argument, 'described', {data: {...data, saidBy: `the description of ${described?.saidBy ?? ''}`}})
        else
          pass.report(argument, 'kept', {
            data: {...data, function: kept.body.name},
            relatedAt: [{place: placeInC(kept.body.file, kept.token, kept.body.name), label: 'kept here'}],
          })
      }
    }
  },
})

/** The Go value whose address an expression is; undefined when it may as well be C's memory. */
function goMemory(pass: AnyPass, expr: Expr, depth: number): Expr | undefined {
  if (depth > depthMax) return undefined
  const inner = unparen(peel(pass, expr))
  if (inner.kind === 'UnaryExpr' && inner.op === '&') {
    const target = unparen(inner.x)
    if (target.kind === 'CompositeLit') return target
    return target.kind === 'Ident' && localOf(pass, target) !== undefined ? target : undefined // what belongs to the package is never freed
  }
  if (inner.kind === 'CallExpr' && pass.calleeName(inner) === 'builtin new') return inner.args[0]
  const local = localOf(pass, inner)
  if (local === undefined) return undefined
  const value = local.varKind === 'local' ? onlyValue(pass, local) : undefined
  if (value !== undefined) return goMemory(pass, value, depth + 1)
  // A parameter or receiver: a pointer to a struct of Go that holds a map, channel, slice, string or interface is not memory of C's.
  const type = local.varKind === 'local' || local.type === undefined ? undefined : underlying(local.type)
  if (type?.kind !== 'Pointer' || declaredInC(type.base)) return undefined
  const base = underlying(type.base)
  if (base.kind !== 'Struct') return undefined
  const holdsGo = base.fields.some(({type: field}) => {
    const under = field === undefined ? undefined : underlying(field)
    return under !== undefined && (/^(?:Map|Chan|Slice|Interface)$/.test(under.kind) || (under.kind === 'Basic' && under.name === 'string'))
  })
  return holdsGo ? inner : undefined
}

/** `&record` of a Go variable: what C stores there is not in C's memory. */
function isGoRecord(pass: AnyPass, expr: Expr | undefined): boolean {
  const inner = expr === undefined ? undefined : unparen(peel(pass, expr))
  return inner?.kind === 'UnaryExpr' && inner.op === '&'
}
