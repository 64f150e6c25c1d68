// Frames of evidence as places of findings, and their short printed form.
import type {Place} from '../base/place.ts'
import {isStandardLibrary} from './user-frames.ts'

interface NamedFrame {
  readonly function: string
  readonly file: string
  readonly line: number
}

/** `main.(*shop).sell (cart.go:12)`. */
export const shownFrame = (frame: NamedFrame) => `${frame.function} (${frame.file.replace(/^.*[/\\]/, '')}:${frame.line})`

/** Function, file and line as one string: the key of an allocation site. */
export const siteKey = (frame: NamedFrame): string => `${frame.function} ${frame.file}:${frame.line}`

/** Places a finding shows at most. */
const placesMax = 4

/** The first frame as the primary place with `label`, its callers as steps. Frames without a file are left out, and callers in the standard library. */
export function placesOf(frames: readonly NamedFrame[], label: string): Place[] {
  return frames
    .filter((frame, i) => frame.file !== '' && (i === 0 || !isStandardLibrary(frame.function)))
    .slice(0, placesMax)
    .map((frame, i) => ({
      role: i === 0 ? ('primary' as const) : ('step' as const),
      file: frame.file,
      line: Math.max(1, frame.line),
      symbol: frame.function,
      label: i === 0 ? label : 'called from here',
    }))
}

/** The same place named once more, e.g. the second access of a race. */
export const relatedPlace = (frame: NamedFrame, label: string): Place => ({
  role: 'related',
  file: frame.file,
  line: Math.max(1, frame.line),
  symbol: frame.function,
  label,
})
