// unsafe-uintptr-stored: the address of Go memory kept as a number, and used as an address later. See rule.md.
import {leadsToC, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {callsNamed, localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {isUnsafePointerCall, peel, underlyingOf} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr, Expr, FuncDecl, Node} from '../../go/syntax/ast.ts'
import type {Func, Var} from '../../go/types/objects.ts'
import {isUnknown} from '../../go/types/predicates.ts'

/** Calls of these are compiled so that the converted pointer stays alive (unsafe.Pointer, pattern 4). */
const systemCall = /^(?:syscall|golang\.org\/x\/sys\/\w+|internal\/syscall\/[\w/]+|internal\/runtime\/syscall)$/

export default defineRule({
  id: 'unsafe-uintptr-stored',
  title: 'The address of Go memory kept as a number',
  severity: 'warning',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/unsafe#Pointer', 'https://github.com/golang/go/blob/go1.26.0/src/cmd/compile/internal/escape/call.go'],
  messages: {
    back: {
      what: '{name} holds the address of {target} as a number, and a pointer is made of it again',
      why: 'a uintptr keeps nothing alive and is not changed when a stack moves: in between the memory may be freed or moved',
      next: 'Make both conversions in one expression, or keep an unsafe.Pointer.',
    },
    syscall: {
      what: '{name} holds the address of {target} as a number, and {callee} gets it later',
      why: 'the compiler keeps memory alive only when unsafe.Pointer is converted in the argument list of the system call itself',
      next: 'Write uintptr(unsafe.Pointer(…)) in the argument list of {callee}.',
    },
    call: {
      what: '{callee} gets the address of {target} as a number',
      why: 'only calls of assembly functions and of functions marked //go:uintptrescapes keep the memory alive and in place; this one is a plain Go function, which uses the number as an address',
      next: 'Give {callee} an unsafe.Pointer parameter, and convert where the system call is.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const target = goAddress(pass, call)
      if (target === undefined || keptAlive(pass, call)) continue
      const data = {target: pass.text(target)}
      const parent = pass.parent(call)
      if (parent?.kind === 'AssignStmt' && parent.lhs.length === parent.rhs.length) {
        const name = parent.lhs[parent.rhs.indexOf(call)]
        const variable = name === undefined ? undefined : localOf(pass, name)
        if (variable === undefined) continue
        const use = addressUse(pass, variable, call)
        if (use === undefined) continue
        const related = [{node: use.node, label: 'used as an address here'}]
        if (use.callee === undefined) pass.report(call, 'back', {data: {...data, name: variable.name}, related})
        else pass.report(call, 'syscall', {data: {...data, name: variable.name, callee: use.callee}, related})
      } else if (parent?.kind === 'CallExpr' && parent.args.includes(call)) {
        if (usesAsAddress(pass, parent, parent.args.indexOf(call)))
          pass.report(call, 'call', {data: {...data, callee: pass.text(parent.fun)}})
      }
    }
  },
})

/** `x` of `uintptr(unsafe.Pointer(x))`, with x a pointer to Go memory that is neither C's nor a package-level variable. */
function goAddress(pass: AnyPass, call: CallExpr): Expr | undefined {
  const fun = unparen(call.fun)
  if (fun.kind !== 'Ident' || fun.name !== 'uintptr' || call.args.length !== 1 || call.args[0] === undefined) return undefined
  const pointer = unparen(call.args[0])
  if (pointer.kind !== 'CallExpr' || !isUnsafePointerCall(pass, pointer) || pointer.args[0] === undefined) return undefined
  const target = peel(pass, pointer)
  const under = underlyingOf(pass, target)
  if (under?.kind !== 'Pointer' || isUnknown(under.base) || leadsToC(under.base)) return undefined
  const address = target.kind === 'UnaryExpr' && target.op === '&' ? unparen(target.x) : target
  const object = address.kind === 'Ident' ? pass.objectOf(address) : undefined
  return object?.kind === 'Var' && object.varKind === 'package' ? undefined : target
}

function keptAlive(pass: AnyPass, call: CallExpr): boolean {
  const scope = pass.enclosingFunction(call)
  return scope === undefined || callsNamed(pass, scope, /^(?:KeepAlive|Pin)$/)
}

/** Where the number becomes an address again: in `unsafe.Pointer(u…)`, as an argument of a system call, or of a function that passes it to one. */
function addressUse(pass: AnyPass, variable: Var, from: Node, through = true): {node: Node; callee: string | undefined} | undefined {
  for (const mention of mentions(pass, variable)) {
    if (mention.pos < from.end) continue
    let argument: Node = mention
    for (const at of pass.ancestors(mention)) {
      if (at.kind === 'CallExpr') {
        if (isUnsafePointerCall(pass, at)) return {node: at, callee: undefined}
        const callee = pass.calleeOf(at)
        if (callee?.kind === 'Func' && systemCall.test(callee.pkg?.path ?? '') && /^(?:(?:Raw)?Syscall|Call$)/.test(callee.name))
          return {node: at, callee: pass.text(at.fun)}
        const index = at.args.findIndex(arg => arg === argument)
        if (through && index >= 0 && usesAsAddress(pass, at, index)) return {node: at, callee: pass.text(at.fun)}
        break
      }
      if (at.kind === 'BinaryExpr' && at.op === '^') return undefined // `x ^ 0` hides a pointer from escape analysis on purpose
      if (at.kind !== 'BinaryExpr' && at.kind !== 'ParenExpr') break
      argument = at
    }
  }
  return undefined
}

/** Whether a Go function takes the number for an address: by its body in this package, else by its name. */
function usesAsAddress(pass: AnyPass, call: CallExpr, index: number): boolean {
  const callee = pass.calleeOf(call)
  if (callee?.kind !== 'Func' || systemCall.test(callee.pkg?.path ?? '') || !takesNumber(callee, index)) return false
  const decl = (callee.origin ?? callee).decl?.fdecl
  if (decl === undefined || isMarked(decl)) return false
  if (decl.body === undefined) return decl.skippedBody !== undefined && /sendmessage|postmessage|ioctl/i.test(callee.name)
  const parameter = parameterOf(pass, decl, index)
  return parameter !== undefined && addressUse(pass, parameter, decl.type, false) !== undefined
}

function takesNumber(callee: Func, index: number): boolean {
  const signature = callee.type?.kind === 'Signature' ? callee.type : undefined
  const type = signature?.params.vars[index]?.type
  return signature?.variadic === false && type?.kind === 'Basic' && type.name === 'uintptr'
}

const isMarked = (decl: FuncDecl): boolean =>
  (decl.body === undefined && decl.skippedBody === undefined) ||
  (decl.doc?.list.some(one => /^\/\/go:uintptr(?:escapes|keepalive)\b/.test(one.text)) ?? false)

function parameterOf(pass: AnyPass, decl: FuncDecl, index: number): Var | undefined {
  const name = decl.type.params.list.flatMap(field => field.names)[index]
  const object = name === undefined ? undefined : pass.objectOf(name)
  return object?.kind === 'Var' ? object : undefined
}
