// What a goroutine does, as a scenario writes it, and the flat list of instructions the scheduler runs.
import type {Distribution} from '../kernel/distribution.ts'
import {sampler, type Sampler} from '../kernel/distribution.ts'
import {assert, unreachable} from '../../base/errors.ts'

/** One thing a goroutine does. Durations in ns, sizes in bytes. */
export type Step =
  /** Runs Go code. `preemptible: false` is assembly or a nosplit loop without safepoints. */
  | {readonly do: 'compute'; readonly ns: Distribution; readonly preemptible?: boolean}
  | {readonly do: 'send' | 'receive'; readonly channel: string}
  | {readonly do: 'lock' | 'unlock'; readonly mutex: string}
  /** time.Sleep. */
  | {readonly do: 'sleep'; readonly ns: Distribution}
  /** A system call: `blocking` sleeps in the kernel, else it computes there. `nanosleep` adds the machine's timer slack. */
  | {readonly do: 'syscall'; readonly ns: Distribution; readonly mode: 'blocking' | 'cpu' | 'nanosleep'}
  /** A C call that computes; the thread leaves Go for its time. */
  | {readonly do: 'cgo'; readonly ns: Distribution}
  /** Waits in the netpoller for something outside that comes after `ns`. */
  | {readonly do: 'network'; readonly ns: Distribution}
  /** One message through a socket: the reader parks in the netpoller, the writer makes a system call. */
  | {readonly do: 'write' | 'read'; readonly socket: string}
  | {readonly do: 'lock-thread' | 'unlock-thread' | 'gosched' | 'collect'}
  /** Stops the world and starts it again, as runtime.ReadMemStats does. */
  | {readonly do: 'stop-the-world'}
  | {readonly do: 'go'; readonly program: string; readonly count?: number}
  | {readonly do: 'add' | 'done' | 'wait'; readonly group: string; readonly count?: number}
  | {readonly do: 'allocate'; readonly bytes: Distribution}
  /** Looks at the clock until `everyNs` has passed for each turn so far; one that is behind goes on at once. A loop that keeps a rate. */
  | {readonly do: 'pace'; readonly everyNs: number}
  /** Records how long the steps inside take. */
  | {readonly do: 'measure'; readonly name: string; readonly steps: readonly Step[]}
  /** Forever without `times`. */
  | {readonly do: 'repeat'; readonly times?: number; readonly steps: readonly Step[]}

export const op = {
  exit: 0,
  compute: 1,
  computeHard: 2,
  send: 3,
  receive: 4,
  lock: 5,
  unlock: 6,
  sleep: 7,
  syscallBlocking: 8,
  syscallCpu: 9,
  syscallNanosleep: 10,
  cgo: 11,
  network: 12,
  write: 13,
  read: 14,
  lockThread: 15,
  unlockThread: 16,
  gosched: 17,
  collect: 18,
  stopTheWorld: 19,
  go: 20,
  add: 21,
  done: 22,
  wait: 23,
  allocate: 24,
  measureBegin: 25,
  measureEnd: 26,
  loopBegin: 27,
  loopEnd: 28,
  jump: 29,
  pace: 30,
} as const

/** Instructions with their operands: `arg` is an index or a target, `count` a number, `draw` a duration or size. */
export interface Program {
  readonly name: string
  readonly index: number
  readonly ops: Int32Array
  readonly arg: Int32Array
  readonly count: Float64Array
  readonly draw: readonly (Sampler | undefined)[]
  readonly loops: number
  /** Share of run time that waits for memory; see the NUMA model. */
  readonly memoryShare: number
}

export interface ProgramSource {
  readonly name: string
  readonly steps: readonly Step[]
  readonly memoryShare?: number
}

/** Names of channels, mutexes, sockets, groups, measures and programs, each numbered in order of first use. */
export interface Names {
  readonly channels: Map<string, number>
  readonly mutexes: Map<string, number>
  readonly sockets: Map<string, number>
  readonly groups: Map<string, number>
  readonly measures: Map<string, number>
  readonly programs: Map<string, number>
}

export const newNames = (): Names => ({
  channels: new Map(),
  mutexes: new Map(),
  sockets: new Map(),
  groups: new Map(),
  measures: new Map(),
  programs: new Map(),
})

export function numberOf(names: Map<string, number>, name: string): number {
  let n = names.get(name)
  if (n === undefined) {
    n = names.size
    names.set(name, n)
  }
  return n
}

/** Flattens steps into instructions. `names.programs` must hold every program already. */
export function compile(source: ProgramSource, names: Names): Program {
  const ops: number[] = []
  const arg: number[] = []
  const count: number[] = []
  const draw: (Sampler | undefined)[] = []
  let loops = 0
  const emit = (code: number, a = 0, n = 0, d?: Distribution) => {
    ops.push(code)
    arg.push(a)
    count.push(n)
    draw.push(d === undefined ? undefined : sampler(d))
    return ops.length - 1
  }
  const emitAll = (steps: readonly Step[]) => {
    for (const step of steps) one(step)
  }
  const one = (step: Step) => {
    switch (step.do) {
      case 'compute':
        return emit(step.preemptible === false ? op.computeHard : op.compute, 0, 0, step.ns)
      case 'send':
      case 'receive':
        return emit(op[step.do], numberOf(names.channels, step.channel))
      case 'lock':
      case 'unlock':
        return emit(op[step.do], numberOf(names.mutexes, step.mutex))
      case 'sleep':
        return emit(op.sleep, 0, 0, step.ns)
      case 'syscall':
        return emit(
          step.mode === 'blocking' ? op.syscallBlocking : step.mode === 'cpu' ? op.syscallCpu : op.syscallNanosleep,
          0,
          0,
          step.ns,
        )
      case 'cgo':
        return emit(op.cgo, 0, 0, step.ns)
      case 'network':
        return emit(op.network, 0, 0, step.ns)
      case 'write':
      case 'read':
        return emit(op[step.do], numberOf(names.sockets, step.socket))
      case 'lock-thread':
        return emit(op.lockThread)
      case 'unlock-thread':
        return emit(op.unlockThread)
      case 'gosched':
        return emit(op.gosched)
      case 'collect':
        return emit(op.collect)
      case 'stop-the-world':
        return emit(op.stopTheWorld)
      case 'go': {
        const program = names.programs.get(step.program)
        assert(program !== undefined, `program "${step.program}" was checked when the scenario was read`)
        return emit(op.go, program, step.count ?? 1)
      }
      case 'add':
      case 'done':
      case 'wait':
        return emit(op[step.do], numberOf(names.groups, step.group), step.count ?? 1)
      case 'allocate':
        return emit(op.allocate, 0, 0, step.bytes)
      case 'pace':
        return emit(op.pace, 0, step.everyNs)
      case 'measure': {
        const measure = numberOf(names.measures, step.name)
        emit(op.measureBegin, measure)
        emitAll(step.steps)
        return emit(op.measureEnd, measure)
      }
      case 'repeat': {
        if (step.times === undefined) {
          const top = ops.length
          emitAll(step.steps)
          return emit(op.jump, top)
        }
        const slot = loops++
        const begin = emit(op.loopBegin, slot, step.times)
        emitAll(step.steps)
        const end = emit(op.loopEnd, slot, begin + 1)
        return end
      }
      default:
        return unreachable(step)
    }
  }
  emitAll(source.steps)
  emit(op.exit)
  return {
    name: source.name,
    index: numberOf(names.programs, source.name),
    ops: Int32Array.from(ops),
    arg: Int32Array.from(arg),
    count: Float64Array.from(count),
    draw,
    loops,
    memoryShare: source.memoryShare ?? 0,
  }
}
