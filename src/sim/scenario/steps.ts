// The steps of a goroutine's program in YAML: `- compute: 1ms`, `- send: jobs`, `- lock-thread`, `- repeat: 100` with `steps`.
import type {Step} from '../scheduler/program.ts'
import {nearest} from '../../base/nearest.ts'
import type {Field} from './reader.ts'

const bare = ['lock-thread', 'unlock-thread', 'gosched', 'collect', 'stop-the-world'] as const
const keyed = [
  'compute',
  'assembly',
  'send',
  'receive',
  'lock',
  'unlock',
  'sleep',
  'syscall',
  'syscall-cpu',
  'nanosleep',
  'cgo',
  'network',
  'write',
  'read',
  'go',
  'add',
  'done',
  'wait',
  'allocate',
  'measure',
  'repeat',
] as const
const stepsMax = 1000
const depthMax = 16

export function readSteps(field: Field, programs: readonly string[], depth = 0): readonly Step[] {
  if (depth > depthMax) throw field.problem(`steps inside steps deeper than ${depthMax}`, 'Flatten them.')
  return field.list(stepsMax).map(item => readStep(item, programs, depth))
}

function readStep(item: Field, programs: readonly string[], depth: number): Step {
  if (!item.isMap) return {do: item.oneOf(bare)}
  const entries = item.map([...keyed, 'count', 'steps'])
  const name = keyed.find(key => entries.has(key))
  if (name === undefined) throw item.problem('a step needs a verb', `Give one of: ${[...bare, ...keyed].join(', ')}.`)
  const value = entries.get(name)!
  const count = entries.get('count')?.whole(1, 1_000_000)
  const counted = count === undefined ? {} : {count}
  switch (name) {
    case 'compute':
      return {do: 'compute', ns: value.durations()}
    case 'assembly':
      return {do: 'compute', ns: value.durations(), preemptible: false}
    case 'send':
    case 'receive':
      return {do: name, channel: value.text()}
    case 'lock':
    case 'unlock':
      return {do: name, mutex: value.text()}
    case 'sleep':
      return {do: 'sleep', ns: value.durations()}
    case 'syscall':
      return {do: 'syscall', ns: value.durations(), mode: 'blocking'}
    case 'syscall-cpu':
      return {do: 'syscall', ns: value.durations(), mode: 'cpu'}
    case 'nanosleep':
      return {do: 'syscall', ns: value.durations(), mode: 'nanosleep'}
    case 'cgo':
      return {do: 'cgo', ns: value.durations()}
    case 'network':
      return {do: 'network', ns: value.durations()}
    case 'write':
    case 'read':
      return {do: name, socket: value.text()}
    case 'go': {
      const program = value.text()
      if (!programs.includes(program)) {
        const near = nearest(program, programs)
        throw value.problem(
          `no program "${program}"`,
          near === undefined ? `Give one of: ${programs.join(', ')}.` : `Did you mean "${near}"?`,
        )
      }
      return {do: 'go', program, ...counted}
    }
    case 'add':
    case 'done':
    case 'wait':
      return {do: name, group: value.text(), ...counted}
    case 'allocate':
      return {do: 'allocate', bytes: value.distribution(f => f.bytes(1))}
    case 'measure':
      return {do: 'measure', name: value.text(), steps: inner(item, entries, programs, depth)}
    case 'repeat': {
      const steps = inner(item, entries, programs, depth)
      if (value.raw === 'forever') {
        if (!takesTime(steps))
          throw item.problem('repeats for ever without a step that takes time, so it cannot end', 'Put a compute, sleep or wait into it.')
        return {do: 'repeat', steps}
      }
      return {do: 'repeat', times: value.whole(1, 1e12), steps}
    }
  }
}

function inner(item: Field, entries: ReadonlyMap<string, Field>, programs: readonly string[], depth: number): readonly Step[] {
  const steps = entries.get('steps')
  if (steps === undefined) throw item.problem('needs steps', 'Add a steps list.')
  return readSteps(steps, programs, depth + 1)
}

/** A loop over these goes on in time: some step costs something on every way through. */
function takesTime(steps: readonly Step[]): boolean {
  return steps.some(step => {
    switch (step.do) {
      case 'compute':
      case 'sleep':
      case 'syscall':
      case 'cgo':
      case 'network':
        return step.ns !== 0
      case 'measure':
      case 'repeat':
        return takesTime(step.steps)
      case 'lock-thread':
      case 'unlock-thread':
      case 'allocate':
      case 'collect':
        return false
      default:
        return true
    }
  })
}
