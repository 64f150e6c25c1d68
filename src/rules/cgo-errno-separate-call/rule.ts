// cgo-errno-separate-call: the error of a C call fetched by a second C call, perhaps on another thread. See rule.md.
import {describedFunction} from '../../analysis/cgo/c-function.ts'
import {cCallName, isCgoHelper, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {callsNamed, declarationAround, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, FuncDecl} from '../../go/syntax/ast.ts'

/** Functions without arguments whose answer belongs to the thread that asks. */
const ofThread =
  /^(?:\w*_)?(?:get|last|my|c|read|fetch)?_?errno$|^errno_\w+$|^get_?last_?error$|^ERR_(?:get|peek)(?:_last)?_error$|^(?:git_error_last|giterr_last)$|^dlerror$|^zmq_errno$/i
/** Those with arguments: SSL_get_error looks at the thread's error queue (SSL_get_error.pod). */
const ofThreadWithArguments = /^(?:SSL_get_error|ERR_(?:get|peek)(?:_last)?_error_(?:line|all)\w*)$/

export default defineRule({
  id: 'cgo-errno-separate-call',
  title: 'The error of a C call fetched by another call',
  severity: 'warning',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C',
    'https://docs.openssl.org/3.5/man3/SSL_get_error/',
    'https://pkg.go.dev/runtime#LockOSThread',
  ],
  messages: {
    thread: {
      what: '{fetch} asks for the error of {before}, perhaps on another thread',
      why: 'between two calls into C a goroutine may go to another thread, and this error belongs to the thread of the first call',
      next: 'Write a C function that makes both calls, or hold runtime.LockOSThread over both.',
    },
    errno: {
      what: '{fetch} asks for the errno of {before}, perhaps on another thread',
      why: 'between two calls into C a goroutine may go to another thread, and errno belongs to the thread of the first call',
      next: 'Use the two-result form, r, err := {before}(…), where cgo reads errno on the same thread.',
    },
  },

  run(pass) {
    for (const fetch of pass.nodes('CallExpr')) {
      const name = cCallName(pass, fetch)
      if (name === undefined || !isFetch(pass, name, fetch)) continue
      const decl = declarationAround(pass, fetch)
      if (decl?.body === undefined || locked(pass, decl)) continue
      const before = callBefore(pass, decl, fetch)
      if (before === undefined) continue
      pass.report(fetch, /errno/i.test(name) && !name.startsWith('zmq') ? 'errno' : 'thread', {
        data: {fetch: `C.${name}`, before: `C.${before.name}`},
        related: [{node: before.call, label: 'the call whose error is meant'}],
      })
    }
  },
})

/** By its name, or by a description that says so: `rd_kafka_last_error`. */
const isFetch = (pass: AnyPass, name: string, call: CallExpr): boolean =>
  ofThreadWithArguments.test(name) ||
  (call.args.length === 0 && (ofThread.test(name) || (/err/i.test(name) && describedFunction(pass, name)?.thread === 'own')))

/** The last C call before the fetch, in the same function. */
function callBefore(pass: AnyPass, decl: FuncDecl, fetch: CallExpr): {call: CallExpr; name: string} | undefined {
  let last: {call: CallExpr; name: string} | undefined
  const fun = pass.enclosingFunction(fetch)
  for (const call of pass.within(decl, 'CallExpr')) {
    if (call.end > fetch.pos || pass.enclosingFunction(call) !== fun) continue
    const name = cCallName(pass, call)
    if (
      name === undefined ||
      isCgoHelper(name) ||
      isFetch(pass, name, call) ||
      /^(?:free$|ERR_clear_error)/.test(name) ||
      isDeferred(pass, call)
    )
      continue
    last = {call, name}
  }
  return last
}

const isDeferred = (pass: AnyPass, call: CallExpr): boolean => pass.parent(call)?.kind === 'DeferStmt'

/** The function, or one of the package that calls it, holds the thread. */
function locked(pass: AnyPass, decl: FuncDecl): boolean {
  if (callsNamed(pass, decl, /^LockOSThread$/)) return true
  const object = pass.objectOf(decl.name)
  if (object === undefined) return false
  return mentions(pass, object).some(mention => {
    const caller = declarationAround(pass, mention)
    return caller !== undefined && caller !== decl && callsNamed(pass, caller, /^LockOSThread$/)
  })
}
