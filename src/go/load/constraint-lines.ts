// Which lines in the head of a file are its build constraint, whatever language it is written in: go/build.parseFileHeader and
// go/build.Context.shouldBuild. What a line means is go/syntax's to say.
import {evaluate, parseConstraint, type Constraint} from '../syntax/build-constraint.ts'

export type FileConstraint =
  | {readonly kind: 'none'}
  | {readonly kind: 'all'; readonly constraints: readonly Constraint[]; readonly modern: boolean}
  | {readonly kind: 'malformed'; readonly message: string}

/**
 * `head` is the text up to the first that is neither blank nor comment. One `//go:build` line decides; without it every `// +build` line
 * above the last blank line must hold, and those that are malformed are passed over.
 */
export function constraintOf(head: string): FileConstraint {
  const modern: string[] = []
  const old: string[] = []
  let confirmed = 0
  let ended = false
  let inGeneral = false
  const lines = head.split('\n')
  for (const [index, raw] of lines.entries()) {
    let line = raw.trim()
    if (line === '' && index === lines.length - 1) break // what stands before the package clause on its own line is no blank line
    if (line === '' && !ended) {
      confirmed = old.length
      continue
    }
    const isLine = line.startsWith('//')
    if (!isLine) ended = true
    if (isLine && !inGeneral) {
      if (/^\/\/go:build(\s|$)/.test(line)) modern.push(line)
      else if (!ended && line.includes('+build')) old.push(line)
    }
    while (line !== '' && (inGeneral || line.startsWith('/*'))) {
      const close = line.indexOf('*/', inGeneral ? 0 : 2)
      inGeneral = close < 0
      line = close < 0 ? '' : line.slice(close + 2).trim()
    }
  }
  if (modern.length > 1) return {kind: 'malformed', message: 'multiple //go:build comments'}
  const [line] = modern
  if (line === undefined) {
    const constraints = old.slice(0, confirmed).flatMap(text => parseConstraint(text) ?? [])
    return constraints.length === 0 ? {kind: 'none'} : {kind: 'all', constraints, modern: false}
  }
  const constraint = parseConstraint(line)
  if (constraint === undefined) return {kind: 'malformed', message: `parsing //go:build line: ${line}`}
  return {kind: 'all', constraints: [constraint], modern: true}
}

export const holds = (found: FileConstraint, satisfies: (tag: string) => boolean): boolean =>
  found.kind === 'none' || (found.kind === 'all' && found.constraints.every(constraint => evaluate(constraint, satisfies)))
