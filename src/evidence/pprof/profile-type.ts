// Which kind of profile a file is: from its sample types, and where two kinds share them, from what they sampled.
// Names of the types: runtime/pprof/pprof.go and protomem.go (Go 1.9 to 1.26), github.com/felixge/fgprof for wall time.
import type {ProfileType} from '../model/profile.ts'
import type {ProfileColumns} from './columns.ts'

/** Stacks looked at to tell a mutex profile from a block profile. */
const stacksLookedAt = 1000

export function profileTypeOf(columns: ProfileColumns): ProfileType {
  const {sampleTypes, defaultSampleType, periodType} = columns.header
  const types = sampleTypes.map(t => t.type)
  const has = (type: string) => types.includes(type)
  if (has('inuse_space') || has('inuse_objects')) return defaultSampleType === 'alloc_space' ? 'allocs' : 'heap'
  if (has('alloc_space')) return 'allocs'
  if (periodType.type === 'space' || (has('objects') && has('space'))) return 'heap'
  if (has('goroutine') || periodType.type === 'goroutine') return 'goroutine'
  if (has('goroutineleak')) return 'goroutineleak'
  if (has('threadcreate') || has('thread')) return 'threadcreate'
  if (has('contentions') || has('delay')) return unlocks(columns) ? 'mutex' : 'block'
  if (has('cpu') || periodType.type === 'cpu') return 'cpu'
  if (types.some(type => type === 'time' || type === 'wall' || type.startsWith('wall'))) return 'wall'
  return 'other'
}

/** A mutex profile blames who unlocked, a block profile who waited (runtime/mprof.go: mutexevent, blockevent). */
const unlocker =
  /^(?:sync\.\(\*(?:RW)?Mutex\)\.R?Unlock|internal\/sync\.\(\*Mutex\)\.Unlock|runtime\.(?:unlock|_LostContendedRuntimeLock|semrelease))/

function unlocks(columns: ProfileColumns): boolean {
  const {stackStart, stackLocation, locations, functions, strings} = columns
  const stacks = Math.min(stackStart.length - 1, stacksLookedAt)
  for (let stack = 0; stack < stacks; stack++) {
    if (stackStart[stack] === stackStart[stack + 1]) continue
    const leaf = stackLocation[stackStart[stack]!]!
    for (let line = locations.lineStart[leaf]!; line < locations.lineStart[leaf + 1]!; line++) {
      if (unlocker.test(strings.raw(functions.name[locations.lineFunction[line]!]!))) return true
    }
  }
  return false
}
