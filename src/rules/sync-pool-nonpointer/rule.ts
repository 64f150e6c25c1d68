// sync-pool-nonpointer: Put of a value that is no pointer allocates. See rule.md.
import {must} from '../../base/answer.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import {isTestFile, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr} from '../../go/syntax/ast.ts'
import {sizeOf} from '../../go/types/sizes.ts'
import {typeString} from '../../go/types/type-string.ts'
import {isTypeParam} from '../../go/types/predicates.ts'
import {underlying} from '../../go/types/underlying.ts'
import type {Type} from '../../go/types/types.ts'

export default defineRule({
  id: 'sync-pool-nonpointer',
  title: 'Put of a value that is no pointer',
  severity: 'info',
  confidence: 0.97,
  preset: 'strict',
  since: '0.1',
  sources: ['https://staticcheck.dev/docs/checks#SA6002', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/iface.go'],
  messages: {
    boxed: {
      what: 'Put stores {value} of type {type} in an interface, which allocates {bytes} bytes',
      why: 'the data of an interface is one word: a larger value is copied to the heap by each Put{unless}, which is what the pool is to avoid',
      next: 'Let New return a pointer, keep the pointer that Get returns, and put that one back. Put of the address of a local variable gains nothing: it allocates the variable.',
    },
  },

  run(pass) {
    const pools = new Map<string, {readonly value: Expr; readonly data: Readonly<Record<string, string>>; readonly others: Expr[]}>()
    for (const call of pass.nodes('CallExpr')) {
      const value = call.args[0]
      if (
        value === undefined ||
        !must(pass.callsMethod(call, 'sync.Pool', 'Put')) ||
        isTestFile(pass, call) ||
        isPrescribed(pass, call, value)
      )
        continue
      const type = pass.typeOf(value)
      if (type === undefined || isTypeParam(type) || isPointerShaped(type)) continue
      const bytes = sizeOf(pass.package.sizes, type)
      if (bytes === undefined || bytes <= pass.package.sizes.wordSize) continue
      const pool = poolOf(pass, call, type)
      const known = pool === undefined ? undefined : pools.get(pool)
      if (known !== undefined) known.others.push(value)
      else {
        const data = {value: pass.text(value), type: typeString(type, pkg => pkg.name), bytes: String(bytes), unless: exception(type)}
        pools.set(pool ?? `${value.pos} ${pass.fileOf(value).path}`, {value, data, others: []})
      }
    }
    for (const {value, data, others} of pools.values())
      pass.report(value, 'boxed', {data, related: others.slice(0, relatedMax).map(node => ({node, label: 'the same pool'}))})
  },
})

/**
 * The parameter of a method Put whose type has a Get as well, as net/http/httputil.BufferPool and its like want it: the caller has the value and
 * no pointer that could be kept.
 */
function isPrescribed(pass: Pass<'boxed'>, call: CallExpr, value: Expr): boolean {
  const around = pass.enclosingFunction(call)
  const receiver = around?.kind === 'FuncDecl' && around.name.name === 'Put' ? around.recv?.list[0]?.type : undefined
  if (receiver === undefined || variableOf(pass, value)?.varKind !== 'parameter') return false
  const type = pass.text(receiver)
  return pass.nodes('FuncDecl').some(({name, recv}) => {
    const other = name.name === 'Get' ? recv?.list[0]?.type : undefined
    return other !== undefined && pass.text(other) === type
  })
}

/** Other places of one pool that a finding shows. */
const relatedMax = 8

/** One for each variable or field that is a pool, and type that is put there. */
function poolOf(pass: Pass<'boxed'>, call: CallExpr, type: Type): string | undefined {
  const fun = unparen(call.fun)
  const pool = fun.kind === 'SelectorExpr' ? variableOf(pass, fun.x) : undefined
  return pool === undefined ? undefined : `${pool.name} ${pool.pos} ${pool.varKind} ${typeString(type)}`
}

/** What convTslice and convTstring (runtime/iface.go) do not allocate for. */
function exception(type: Type): string {
  const {kind} = underlying(type)
  return kind === 'Slice' ? ' unless the slice is nil' : kind === 'Basic' ? ' unless the string is empty' : ''
}

/** What an interface holds directly (cmd/compile types.IsDirectIface), and interfaces, which are passed on as they are. */
function isPointerShaped(type: Type): boolean {
  const under = underlying(type)
  switch (under.kind) {
    case 'Slice':
    case 'Basic':
      return false
    case 'Struct':
      return under.fields.length === 1 && under.fields[0]?.type !== undefined && isPointerShaped(under.fields[0].type)
    case 'Array':
      return under.len === 1 && isPointerShaped(under.elem)
    default:
      return true
  }
}
