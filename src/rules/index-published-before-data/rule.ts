// index-published-before-data: the index of a shared buffer is stored atomically before the element it makes visible. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {atomicAccess} from '../../analysis/reading/atomics.ts'
import {locksSomething} from '../../analysis/reading/locks.ts'
import {rootOf, termKey, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, IndexExpr, Stmt} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'index-published-before-data',
  title: 'An index is published before the data behind it',
  severity: 'warning',
  confidence: 0.85,
  preset: 'all',
  since: '0.1',
  sources: ['https://go.dev/ref/mem'],
  messages: {
    late: {
      what: '{element} is written after {index} has been published with an atomic store',
      why: 'a reader that loads the new index may read the element before it is written: only what comes before the atomic store is seen by who loads it',
      next: 'Write the element first and store the index last.',
    },
  },

  run(pass) {
    for (const block of pass.nodes('BlockStmt')) {
      for (const [i, stmt] of block.list.entries()) {
        const store = publishes(pass, stmt)
        if (store === undefined) continue
        const around = pass.enclosingFunction(block)
        if (around === undefined || locksSomething(pass, around)) break
        for (const later of block.list.slice(i + 1)) {
          const element = elementWrite(pass, later, store)
          if (element !== undefined)
            pass.report(element, 'late', {
              data: {element: pass.text(element), index: store.text},
              related: [{node: store.call, label: 'published here'}],
            })
        }
      }
    }
  },
})

interface Published {
  readonly call: CallExpr
  readonly text: string
  /** Key of the object the index is a field of, or the package variable. */
  readonly owner: string
}

/** `atomic.StoreUint64(&r.tail, …)`, `r.tail.Store(…)`, `r.tail.Add(1)` as a statement. */
function publishes(pass: Pass<'late'>, stmt: Stmt): Published | undefined {
  if (stmt.kind !== 'ExprStmt' || stmt.x.kind !== 'CallExpr') return undefined
  const access = atomicAccess(pass, stmt.x)
  const field = access?.variable ?? (stmt.x.fun.kind === 'SelectorExpr' ? stmt.x.fun.x : undefined)
  if (
    access === undefined ||
    access.kind === 'load' ||
    field?.kind !== 'SelectorExpr' ||
    !/tail|head|write|read|pos|idx|index|len|count|seq|cursor|next/i.test(field.sel.name)
  )
    return undefined
  const owner = termKey(pass, field.x)
  return owner === undefined ? undefined : {call: stmt.x, text: pass.text(field), owner}
}

/** `r.buf[i] = v` of the same object. */
function elementWrite(pass: Pass<'late'>, stmt: Stmt, {owner}: Published): IndexExpr | undefined {
  const left = stmt.kind === 'AssignStmt' && stmt.tok === '=' ? stmt.lhs[0] : undefined
  if (left?.kind !== 'IndexExpr' || left.x.kind !== 'SelectorExpr' || rootOf(left) === undefined) return undefined
  const buffer = variableOf(pass, left.x)
  return buffer !== undefined && termKey(pass, left.x.x) === owner ? left : undefined
}
