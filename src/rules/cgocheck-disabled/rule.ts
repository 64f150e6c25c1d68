// cgocheck-disabled: cgocheck switched off, or set to what no Go version (any more) knows. Reads Go files only. See rule.md.
import {unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'
import type {BasicLit, CallExpr} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgocheck-disabled',
  title: 'The check of pointers passed to C is switched off',
  severity: 'warning',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/runtime#hdr-Environment_Variables', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime1.go'],
  messages: {
    off: {
      what: '{setting} switches off the check of pointers passed to C',
      why: 'a broken rule then shows as corrupted memory somewhere else instead of a panic at the call',
      next: 'Remove it and mend the call that panics.',
    },
    two: {
      what: '{setting} ends a Go program at its start',
      why: 'since Go 1.21 the run time throws for values above 1; the thorough check is chosen when the program is built',
      next: 'Build with GOEXPERIMENT=cgocheck2 instead.',
    },
    unknown: {
      what: '{setting} sets a variable that Go does not read',
      why: 'no version of Go had CGO_CHECK; the check is a GODEBUG setting, and the thorough one a build experiment',
      next: 'Remove it; for the thorough check build with GOEXPERIMENT=cgocheck2.',
    },
    late: {
      what: '{setting} comes too late for this process',
      why: 'the run time reads cgocheck once, at start: it holds only for processes started from here on',
      next: 'Remove it.',
    },
    directive: {
      what: '{setting} is not a setting that //go:debug knows',
      why: 'cgocheck is no compatibility setting, so the go command refuses to build with it',
      next: 'Remove it.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const [name, value] = [stringArgument(call, 0), stringArgument(call, 1)]
      if (name === undefined || value === undefined || isTestFile(pass, call) || !setsEnvironment(pass, call)) continue
      const setting = pass.text(call)
      if (name === 'CGO_CHECK') pass.report(call, 'unknown', {data: {setting}})
      else if (name === 'GODEBUG' && level(value) !== undefined) pass.report(call, 'late', {data: {setting}})
    }
    for (const literal of pass.nodes('BasicLit')) {
      const found = environmentEntry(literal)
      if (found !== undefined && !isTestFile(pass, literal)) pass.report(literal, found.message, {data: {setting: found.setting}})
    }
    for (const file of pass.package.files)
      for (const group of file.state.tree.comments)
        for (const comment of group.list)
          if (comment.pos < file.state.tree.package && /^\/\/go:debug\s+cgocheck=/.test(comment.text))
            pass.report(comment, 'directive', {data: {setting: comment.text.trim()}})
  },
})

function setsEnvironment(pass: AnyPass, call: CallExpr): boolean {
  return (
    must(pass.callsFunction(call, 'os.Setenv')) ||
    must(pass.callsFunction(call, 'syscall.Setenv')) ||
    /\.Setenv$/.test(pass.calleeName(call) ?? '')
  )
}

function stringArgument(call: CallExpr, index: number): string | undefined {
  const argument = call.args[index]
  return argument === undefined ? undefined : text(unparen(argument))
}

/** The text of a plain literal. */
function text(expr: {readonly kind: string}): string | undefined {
  const literal = expr.kind === 'BasicLit' ? (expr as BasicLit) : undefined // kind says so
  return literal?.token === 'STRING' ? literal.value.slice(1, -1) : undefined
}

/** The last setting wins in GODEBUG. */
function level(godebug: string): '0' | '2' | undefined {
  const last = [...godebug.matchAll(/(?:^|,)cgocheck=(\d+)/g)].at(-1)?.[1]
  return last === undefined || last === '1' ? undefined : last === '0' ? '0' : '2'
}

/** `GODEBUG=cgocheck=0` as an entry of a process's environment. */
function environmentEntry(literal: BasicLit): {message: 'off' | 'two' | 'unknown'; setting: string} | undefined {
  const setting = text(literal)
  if (setting === undefined) return undefined
  if (/^CGO_CHECK=\d$/.test(setting)) return {message: 'unknown', setting}
  const godebug = /^GODEBUG=(\S*)$/.exec(setting)?.[1]
  const found = godebug === undefined ? undefined : level(godebug)
  return found === undefined ? undefined : {message: found === '0' ? 'off' : 'two', setting}
}
