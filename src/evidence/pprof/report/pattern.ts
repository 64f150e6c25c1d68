// Patterns from outside (flags, drop_frames in a profile) in Go's syntax. They run on a linear-time engine, never on the host's regular expressions.
import {RE2JS} from 're2js'
import {errors} from '../../../base/errors.ts'
import {textOfRaw} from '../string-table.ts'

export interface Pattern {
  readonly source: string
  /** Whether it matches anywhere in a byte string. */
  test(raw: string): boolean
}

/** Longest pattern taken from a file or the command line, in characters. */
export const patternCharactersMax = 100_000

/** No character that means anything in RE2 syntax: found by searching, which is much quicker. */
const literal = /^[A-Za-z0-9_/ ,:;@<>=!~"'%&-]+$/

export function compilePattern(source: string, what: string): Pattern {
  if (source.length > patternCharactersMax) throw errors.limit(`length of the ${what} pattern`, patternCharactersMax)
  if (literal.test(source)) return {source, test: raw => raw.includes(source)}
  const compiled = compileRe2(source, what)
  return {source, test: raw => compiled.test(textOfRaw(raw))}
}

function compileRe2(source: string, what: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw errors.usage(`parsing ${what} regexp: ${why}`, 'Patterns have the syntax of Go regular expressions (RE2).')
  }
}

/** A pattern for whether any of the known names matches, remembering each answer. */
export function remembering(pattern: Pattern): Pattern {
  const known = new Map<string, boolean>()
  return {
    source: pattern.source,
    test(raw) {
      let answer = known.get(raw)
      if (answer === undefined) known.set(raw, (answer = pattern.test(raw)))
      return answer
    },
  }
}
