// Whether a heap profile shows that nothing has ever been freed. Without a finished collection the runtime shows all that was allocated as in use
// (runtime/mprof.go, memProfileInternal, which adds up the cycles that are not published yet when none is; Go 1.9 to 1.26).
import {type Profile, sampleTypeIndex} from '../evidence/model/profile.ts'

/**
 * Allocated bytes from which this means that no collection has run, and not that none was due: with GOGC=100 the first one comes at 4 MiB
 * (runtime/mgcpacer.go, defaultHeapMinimum), and each goal after it is what lives and as much again, since Go 1.18 with stacks and globals.
 */
export const neverCollectedBytesMin = 64 * 1024 * 1024

/** Bytes that were allocated, when all of them are shown as in use and they are that many; undefined otherwise. */
export function nothingFreed(profile: Profile): number | undefined {
  const [inUse, ever] = [sampleTypeIndex(profile, 'inuse_space'), sampleTypeIndex(profile, 'alloc_space')]
  if (profile.profileType !== 'heap' || inUse === undefined || ever === undefined) return undefined
  let bytes = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const allocated = profile.value(sample, ever)
    if (profile.value(sample, inUse) !== allocated) return undefined
    bytes += allocated
  }
  return bytes >= neverCollectedBytesMin ? bytes : undefined
}
