// Pictures of what the runtime does, drawn from the same tables the rest of gotriage works with.
import {canGo, nextStates, type GState} from '../../knowledge/goroutine-states.ts'
import {assert} from '../../base/errors.ts'
import type {Graph, GraphEdge} from '../../graph/graph.ts'

/** Every state of a goroutine and where it may go from it. */
export const goroutineStates = (): Graph => ({
  title: 'states of a goroutine',
  direction: 'right',
  nodes: Object.keys(nextStates).map(state => ({id: state, lines: [state], ...(state === 'running' ? {tone: 'good' as const} : {})})),
  edges: Object.entries(nextStates).flatMap(([from, to]) => to.map(state => ({from, to: state}))),
})

/**
 * One call into C and back, with the state of the goroutine at each step.
 *
 * Source: Go 1.26.8 src/runtime/cgocall.go, cgocall and cgocallbackg; proc.go, entersyscall, exitsyscall, retake. There is no `cgoreturn`.
 */
export function cgoCallPath(): Graph {
  const steps = [
    ['go', 'running', ['Go code', "on the goroutine's stack"]],
    ['enter', 'syscall', ['entersyscall', 'G and M stay together,', 'the P may be taken']],
    ['c', 'syscall', ['asmcgocall: C code', "on the thread's g0 stack"]],
    ['exit', 'syscall', ['exitsyscall', 'a P is needed again']],
    ['back', 'running', ['Go code again', 'with the old P or an idle one']],
    ['queued', 'runnable', ['no P is free', 'G waits in a run queue,', 'the thread parks']],
    ['callback', 'running', ['cgocallback: Go code', 'called by C, thread locked']],
  ] as const satisfies readonly (readonly [string, GState, readonly string[]])[]
  const moves: readonly (readonly [string, string, string])[] = [
    ['go', 'enter', 'C.f()'],
    ['enter', 'c', ''],
    ['c', 'exit', 'C returns'],
    ['exit', 'back', 'a P is had'],
    ['exit', 'queued', 'no P'],
    ['queued', 'back', 'a P runs it'],
    ['c', 'callback', 'C calls Go: exitsyscall'],
    ['callback', 'c', 'returns to C: reentersyscall'],
  ]
  const state = new Map<string, GState>(steps.map(([id, state]) => [id, state]))
  for (const [from, to] of moves) {
    const [a, b] = [state.get(from), state.get(to)]
    assert(a !== undefined && b !== undefined && (a === b || canGo(a, b)), `the cgo call path goes ${a} -> ${b}`)
  }
  return {
    title: 'a call into C',
    direction: 'right',
    nodes: steps.map(([id, state, lines]) => ({
      id,
      lines: [...lines, `(${state})`],
      tone: state === 'running' ? 'good' : state === 'runnable' ? 'attention' : 'plain',
    })),
    edges: moves.map(([from, to, label]): GraphEdge => ({from, to, ...(label === '' ? {} : {label})})),
  }
}
