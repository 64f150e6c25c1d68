// Calls after which the function does not go on: those of which the graphs know it, and those whose name says so where nothing is known.
import type {Answer} from '../../base/answer.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'
import type {Source} from './terms.ts'

/** Names that say so, where the callee is not known. */
const saysSo = /^(?:fatal|die|exit|throw|bail|usage|must?fail|panic|unreachable)/i

/** Whether the call comes back: `no` only when it certainly does not, `unknown` when its name suggests that it does not. */
export function comesBack(source: Source, call: CallExpr): Answer {
  if (source.flow.endOfCall(call) !== 'returns') return 'no'
  const short = lastName(call)
  return short !== undefined && saysSo.test(short) ? 'unknown' : 'yes'
}

function lastName(call: CallExpr): string | undefined {
  return call.fun.kind === 'Ident' ? call.fun.name : call.fun.kind === 'SelectorExpr' ? call.fun.sel.name : undefined
}
