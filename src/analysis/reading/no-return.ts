// Calls after which the function does not go on: the known ones of the standard library, and functions of the package that end in one.
import {may, type Answer} from '../../base/answer.ts'
import type {CallExpr, FuncDecl} from '../../go/syntax/ast.ts'
import {some, type Source} from './terms.ts'

const never = new Set([
  'builtin panic',
  'os.Exit',
  'syscall.Exit',
  'runtime.Goexit',
  'log.Fatal',
  'log.Fatalf',
  'log.Fatalln',
  'log.Panic',
  'log.Panicf',
  'log.Panicln',
  ...['Fatal', 'Fatalf', 'Fatalln', 'Panic', 'Panicf', 'Panicln'].map(name => `(*log.Logger).${name}`),
  ...['FailNow', 'Fatal', 'Fatalf', 'Skip', 'Skipf', 'SkipNow'].flatMap(name => [`(*testing.common).${name}`, `(testing.TB).${name}`]),
])

/** Names that say so, where the callee is not known. */
const saysSo = /^(?:fatal|die|exit|throw|bail|usage|must?fail|panic|unreachable)/i

/** Whether the call comes back: `no` only when it certainly does not, `unknown` when its name suggests that it does not. */
export function comesBack(source: Source, call: CallExpr): Answer {
  const name = source.calleeName(call)
  if (name !== undefined && never.has(name)) return 'no'
  const callee = source.calleeOf(call)
  const decl = callee?.kind === 'Func' ? callee.decl?.fdecl : undefined
  if (decl?.body !== undefined && endsInPanic(decl)) return 'no'
  const short = name?.slice(name.lastIndexOf('.') + 1) ?? lastName(call)
  return short !== undefined && saysSo.test(short) ? 'unknown' : 'yes'
}

/** For paths that must go on: a call that perhaps ends the function ends the path. */
export const mustEnd = (source: Source, call: CallExpr) => !may(comesBack(source, call))

function lastName(call: CallExpr): string | undefined {
  return call.fun.kind === 'Ident' ? call.fun.name : call.fun.kind === 'SelectorExpr' ? call.fun.sel.name : undefined
}

function endsInPanic(decl: FuncDecl): boolean {
  const last = decl.body?.list.at(-1)
  if (last?.kind !== 'ExprStmt' || last.x.kind !== 'CallExpr') return false
  const {fun} = last.x
  const ends =
    (fun.kind === 'Ident' && fun.name === 'panic') ||
    (fun.kind === 'SelectorExpr' &&
      fun.x.kind === 'Ident' &&
      ((fun.x.name === 'os' && fun.sel.name === 'Exit') || (fun.x.name === 'log' && /^(?:Fatal|Panic)/.test(fun.sel.name))))
  return ends && decl.body !== undefined && !some(decl.body, at => at.kind === 'ReturnStmt')
}
