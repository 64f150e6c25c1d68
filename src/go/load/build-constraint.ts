// `//go:build` expressions and `// +build` lines, as go/build/constraint reads them, and the limits a file's name sets (go/build.goodOSArchFile).
import {knownArch, knownOs} from './platforms.ts'

export type TagTest = (tag: string) => boolean

/** Nesting and length of one expression; go/build/constraint stops at 1,000 operators (maxSize, go1.24). */
const tokensMax = 10_000

/** The value of an expression; undefined when it is not one. */
export function evaluateConstraint(expression: string, satisfies: TagTest): boolean | undefined {
  const tokens = tokensOf(expression)
  if (tokens === undefined) return undefined
  let at = 0
  let failed = false
  const fail = (): boolean => {
    failed = true
    return false
  }
  const atom = (): boolean => {
    let negations = 0
    for (; tokens[at] === '!'; negations++) at++
    if (negations > 1) return fail() // go/build/constraint: double negation not allowed
    const token = tokens[at++]
    if (token === undefined) return fail()
    let value: boolean
    if (token === '(') {
      value = either()
      if (tokens[at++] !== ')') return fail()
    } else if (/^[\p{L}\p{Nd}_.]+$/u.test(token)) value = satisfies(token)
    else return fail()
    return negations === 1 ? !value : value
  }
  const both = (): boolean => {
    let value = atom()
    while (tokens[at] === '&&') {
      at++
      const next = atom()
      value &&= next
    }
    return value
  }
  const either = (): boolean => {
    let value = both()
    while (tokens[at] === '||') {
      at++
      const next = both()
      value ||= next
    }
    return value
  }
  const value = either()
  return failed || at !== tokens.length ? undefined : value
}

function tokensOf(expression: string): readonly string[] | undefined {
  const tokens = expression.match(/&&|\|\||[!()]|[\p{L}\p{Nd}_.]+|\S/gu) ?? []
  return tokens.length === 0 || tokens.length > tokensMax || depthOf(tokens) > 200 ? undefined : tokens
}

function depthOf(tokens: readonly string[]): number {
  let depth = 0
  let deepest = 0
  for (const token of tokens) {
    if (token === '(') deepest = Math.max(deepest, ++depth)
    else if (token === ')') depth--
  }
  return deepest
}

/** The text after `// +build`: spaces are or, commas and, `!` not; what is no tag counts as the tag `ignore` (constraint.parsePlusBuildExpr). */
export function evaluatePlusBuild(text: string, satisfies: TagTest): boolean {
  const clauses = text.split(/\s+/).filter(part => part !== '')
  if (clauses.length === 0) return satisfies('ignore')
  return clauses.some(clause =>
    clause.split(',').every(literal => {
      const negated = literal.startsWith('!') && literal !== '!' && !literal.startsWith('!!')
      const tag = negated ? literal.slice(1) : literal
      return satisfies(/^[\p{L}\p{Nd}_.]+$/u.test(tag) ? tag : 'ignore') !== negated
    }),
  )
}

/** Whether a file's name lets it take part: `x_linux.go`, `x_amd64.go`, `x_linux_amd64_test.go`. */
export function nameSatisfies(name: string, satisfies: TagTest): boolean {
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
