// What a file's name says about where it takes part: go/build.Context.goodOSArchFile.
import {knownArch, knownOs} from './platforms.ts'

/** Whether a file's name lets it take part: `x_linux.go`, `x_amd64.go`, `x_linux_amd64_test.go`. */
export function nameSatisfies(name: string, satisfies: (tag: string) => boolean): boolean {
  const dot = name.indexOf('.')
  const stem = dot < 0 ? name : name.slice(0, dot)
  const first = stem.indexOf('_')
  if (first < 0) return true // linux.go says nothing, only a suffix does
  const parts = stem.slice(first).split('_')
  if (parts.at(-1) === 'test') parts.pop()
  const last = parts.at(-1) ?? ''
  const before = parts.at(-2) ?? ''
  if (parts.length >= 2 && knownOs.has(before) && knownArch.has(last)) return satisfies(last) && satisfies(before)
  return knownOs.has(last) || knownArch.has(last) ? satisfies(last) : true
}
