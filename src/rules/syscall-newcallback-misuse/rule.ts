// syscall-newcallback-misuse: NewCallback makes a Windows callback from one of a limited number of slots that are never freed. See rule.md.
import {cCallName, unparen, within, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {inLoop, localOf} from '../../analysis/cgo/local-variable.ts'
import {peel} from '../../analysis/cgo/pointer-argument.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'syscall-newcallback-misuse',
  title: 'NewCallback where it cannot work or runs out',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/syscall?GOOS=windows#NewCallback',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/syscall_windows.go',
  ],
  messages: {
    loop: {
      what: '{call} makes a new callback in each round of a loop',
      why: 'the run time has 2,000 slots for callbacks and never frees one; a function literal that captures something takes a new slot each time, and the program ends when they are used up',
      next: 'Make the callback once, in a package-level variable.',
    },
    elsewhere: {
      what: '{call} exists on Windows only, and this file is built for {goos}',
      why: 'no other platform has it, so the package does not compile there',
      next: 'For callbacks from C write a function with //export and pass its C name.',
    },
    c: {
      what: 'the result of {call} is passed to {callee}',
      why: 'what NewCallback returns follows the calling convention of the Windows API and takes parameters of one machine word; cgo has its own way to make a Go function callable from C',
      next: 'Write a function with //export and pass its C name.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const name = newCallback(pass, call)
      if (name === undefined) continue
      const callee = cCalleeAround(pass, call)
      const isSyscall = name.startsWith('syscall.')
      if (pass.package.goos !== 'windows' && isSyscall && pass.calleeOf(call) === undefined)
        pass.report(call, 'elsewhere', {data: {call: name, goos: pass.package.goos}})
      else if (callee !== undefined) pass.report(call, 'c', {data: {call: name, callee}})
      else if (inLoop(pass, call) && capturesSomething(pass, call)) pass.report(call, 'loop', {data: {call: name}})
    }
  },
})

/** `syscall.NewCallback`, `windows.NewCallbackCDecl`, as they are written. */
function newCallback(pass: AnyPass, call: CallExpr): string | undefined {
  const fun = unparen(call.fun)
  if (fun.kind !== 'SelectorExpr' || fun.x.kind !== 'Ident' || !/^NewCallback(?:CDecl)?$/.test(fun.sel.name)) return undefined
  const object = pass.objectOf(fun.x)
  const path = object?.kind === 'PkgName' ? object.imported.path : undefined
  return path === 'syscall' || path === 'golang.org/x/sys/windows' ? pass.text(fun) : undefined
}

/** The C function that gets the result, through conversions. */
function cCalleeAround(pass: AnyPass, call: CallExpr): string | undefined {
  for (const at of pass.ancestors(call)) {
    if (at.kind !== 'CallExpr' && at.kind !== 'ParenExpr' && at.kind !== 'StarExpr') return undefined
    const name = at.kind === 'CallExpr' ? cCallName(pass, at) : undefined
    if (at.kind === 'CallExpr' && name !== undefined)
      return at.args.some(argument => peel(pass, argument) === call) ? `C.${name}` : undefined
  }
  return undefined
}

/** A literal that captures nothing is one function, whose slot is found again. */
function capturesSomething(pass: AnyPass, call: CallExpr): boolean {
  const literal = call.args[0] === undefined ? undefined : unparen(call.args[0])
  if (literal?.kind !== 'FuncLit') return false
  for (const ident of pass.nodes('Ident')) {
    if (pass.fileOf(ident) !== pass.fileOf(literal) || !within(ident, literal.body)) continue
    const object = localOf(pass, ident)
    if (object !== undefined && (object.pos < literal.pos || object.pos > literal.end)) return true
  }
  return false
}
