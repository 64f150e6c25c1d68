// loop-var-capture: before Go 1.22 all rounds of a loop share its variables. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {must} from '../../base/answer.ts'
import {languageVersionAt, loopAround, some, variableOf, walkSameFunction} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr, FuncLit, Ident, Stmt} from '../../go/syntax/ast.ts'
import type {Loop} from '../../analysis/reading/loops.ts'

/** Go 1.22 makes a new variable for each round (https://go.dev/blog/loopvar-preview). */
const perRoundFrom = 22

type CapturePass = Pass<'goroutine' | 'deferred'>

export default defineRule({
  id: 'loop-var-capture',
  title: 'A loop variable is shared by all rounds',
  severity: 'warning',
  confidence: 0.93,
  preset: 'strict',
  since: '0.1',
  go: {max: '1.22'},
  sources: ['https://go.dev/blog/loopvar-preview', 'https://go.dev/doc/go1.22#language'],
  messages: {
    goroutine: {
      what: 'the goroutine uses {name}, which the loop changes while it runs',
      why: 'below Go 1.22 all rounds share one variable: the goroutine may see the value of a later round',
      next: 'Pass {name} as an argument or copy it in the round.',
    },
    deferred: {
      what: 'the deferred function uses {name}, which the loop has moved on by the time it runs',
      why: 'below Go 1.22 all rounds share one variable: every deferred call sees the value it had when the loop ended',
      next: 'Pass {name} as an argument or copy it in the round.',
    },
  },

  run(pass) {
    for (const {stmt, literal, kind} of started(pass)) {
      const version = languageVersionAt(pass, stmt)
      const loop = loopAround(pass, stmt)
      if (version === undefined || version >= perRoundFrom || loop === undefined) continue
      if (kind === 'goroutine' && joinsInRound(pass, loop, stmt)) continue
      for (const name of variablesOf(loop)) {
        const used = firstUse(pass, literal, name)
        if (used === undefined) continue
        pass.report(used, kind, {
          data: {name: name.name},
          related: [{node: name, label: 'the variable of the loop'}],
          fixes: [copyBefore(pass, stmt, name.name)],
        })
      }
    }
  },
})

/** Literals that run later than the statement they stand in: go, defer, errgroup.Group.Go. */
function* started(pass: CapturePass): Iterable<{stmt: Stmt; literal: FuncLit; kind: 'goroutine' | 'deferred'}> {
  for (const stmt of pass.nodes('GoStmt')) if (stmt.call.fun.kind === 'FuncLit') yield {stmt, literal: stmt.call.fun, kind: 'goroutine'}
  for (const stmt of pass.nodes('DeferStmt')) if (stmt.call.fun.kind === 'FuncLit') yield {stmt, literal: stmt.call.fun, kind: 'deferred'}
  for (const stmt of pass.nodes('ExprStmt')) {
    const literal = stmt.x.kind === 'CallExpr' ? stmt.x.args[0] : undefined
    if (stmt.x.kind === 'CallExpr' && literal?.kind === 'FuncLit' && isGroupGo(pass, stmt.x)) yield {stmt, literal, kind: 'goroutine'}
  }
}

const isGroupGo = (pass: CapturePass, call: CallExpr) => must(pass.callsMethod(call, 'golang.org/x/sync/errgroup.Group', 'Go'))

function variablesOf(loop: Loop): Ident[] {
  const names: (Expr | undefined)[] =
    loop.kind === 'RangeStmt'
      ? loop.tok === ':='
        ? [loop.key, loop.value]
        : []
      : loop.init?.kind === 'AssignStmt' && loop.init.tok === ':='
        ? [...loop.init.lhs]
        : []
  return names.filter((name): name is Ident => name?.kind === 'Ident' && name.name !== '_')
}

function firstUse(pass: CapturePass, literal: FuncLit, name: Ident): Ident | undefined {
  const object = pass.objectOf(name)
  let used: Ident | undefined
  if (object === undefined) return undefined
  some(literal.body, at => {
    if (at.kind === 'Ident' && at.name === name.name && variableOf(pass, at) === object) used = at
    return used !== undefined
  })
  return used
}

/** Something after it in the round waits: a receive, a select, a Wait. */
function joinsInRound(pass: CapturePass, loop: Loop, stmt: Stmt): boolean {
  let waits = false
  walkSameFunction(loop.body, at => {
    if (at.pos < stmt.end) return
    if (at.kind === 'SelectStmt' || (at.kind === 'UnaryExpr' && at.op === '<-')) waits = true
    if (at.kind === 'CallExpr' && /(?:^|\.)(?:\w*[Ww]ait\w*|Sleep)$/.test(pass.text(at.fun))) waits = true
    if (at.kind === 'ReturnStmt' || (at.kind === 'BranchStmt' && at.tok === 'break')) waits = true
  })
  return waits
}

function copyBefore(pass: CapturePass, stmt: Stmt, name: string) {
  const {sourceLine, column} = pass.place(stmt)
  const indent = sourceLine.slice(0, column - 1)
  const text = /^\s*$/.test(indent) ? `${name} := ${name}\n${indent}` : `${name} := ${name}; `
  return {
    kind: 'safe' as const,
    title: `Copy ${name} in each round`,
    edits: [{file: pass.fileOf(stmt).path, start: stmt.pos, end: stmt.pos, text}],
  }
}
