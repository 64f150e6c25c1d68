// How much of a profile lies in stacks with a certain frame, by the line of the user's own that leads there.
import type {Frame, Profile} from '../evidence/model/profile.ts'
import {siteKey} from './frame-places.ts'
import {firstUserFrame} from './user-frames.ts'

export interface CallerShare {
  readonly frame: Frame
  /** From the caller up. */
  readonly stack: readonly Frame[]
  value: number
  samples: number
}

export interface Share {
  readonly value: number
  readonly samples: number
  readonly total: number
  readonly totalSamples: number
  /** value / total; 0 for an empty profile. */
  readonly share: number
  /** Largest first. */
  readonly callers: readonly CallerShare[]
}

/** Index of the column that counts samples, or the first. */
const countIndex = (profile: Profile) =>
  Math.max(
    0,
    profile.sampleTypes.findIndex(type => type.type === 'samples' || type.unit === 'count'),
  )

/** Share of stacks that `matches` at some frame (its index, from the leaf, is given back), by `typeIndex`. The caller is the first user frame above it. */
export function shareOf(
  profile: Profile,
  typeIndex: number,
  matches: (frames: readonly Frame[]) => number | undefined,
  module?: string,
): Share {
  const counts = countIndex(profile)
  const callers = new Map<string, CallerShare>()
  const byFrame = new Map<Frame, CallerShare>()
  let [value, samples, total, totalSamples] = [0, 0, 0, 0]
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const weight = profile.value(sample, typeIndex)
    if (weight <= 0) continue
    const count = profile.value(sample, counts)
    total += weight
    totalSamples += count
    const frames = profile.frames(sample)
    const at = matches(frames)
    if (at === undefined) continue
    value += weight
    samples += count
    const above = frames.slice(at)
    const user = firstUserFrame(above, module)
    const frame = above[user ?? above.length - 1]
    if (frame === undefined) continue
    let caller = byFrame.get(frame)
    if (!caller) {
      const key = siteKey(frame)
      caller = callers.get(key)
      if (!caller) callers.set(key, (caller = {frame, stack: above.slice(user ?? above.length - 1), value: 0, samples: 0}))
      byFrame.set(frame, caller)
    }
    caller.value += weight
    caller.samples += count
  }
  return {
    value,
    samples,
    total,
    totalSamples,
    share: total > 0 ? value / total : 0,
    callers: [...callers.values()].sort((a, b) => b.value - a.value),
  }
}

/** A matcher on the name of any frame: the index of the one nearest to the leaf. Each frame is asked about once. */
export const anyFrame = (pattern: RegExp) => {
  const known = new Map<Frame, boolean>()
  const matches = (frame: Frame) => {
    let answer = known.get(frame)
    if (answer === undefined) known.set(frame, (answer = pattern.test(frame.function)))
    return answer
  }
  return (frames: readonly Frame[]) => {
    const at = frames.findIndex(matches)
    return at < 0 ? undefined : at
  }
}

/** The column that measures time, for CPU, block and mutex profiles: `cpu`, `delay`; else the last. */
export function timeIndex(profile: Profile): number {
  const index = profile.sampleTypes.findIndex(type => type.unit === 'nanoseconds')
  return index < 0 ? profile.sampleTypes.length - 1 : index
}

export const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
