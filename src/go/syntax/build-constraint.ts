// Build constraints: `//go:build` and `// +build` lines as expressions, what they evaluate to, the Go version they imply, and which line of
// a file counts. Follows src/go/build/constraint (expr.go, vers.go) and src/go/build/build.go (shouldBuild, parseFileHeader), Go 1.26.

export type Constraint =
  | {readonly kind: 'tag'; readonly tag: string}
  | {readonly kind: 'not'; readonly x: Constraint}
  | {readonly kind: 'and' | 'or'; readonly x: Constraint; readonly y: Constraint}

/** Operands of one expression (constraint.maxSize); nesting is bounded by it, too. */
const operandsMax = 1000
/** Operators of an old-style line (constraint.parsePlusBuildExpr). */
const oldOperatorsMax = 100

/** The expression of a `//go:build` or `// +build` line; undefined when it is none or is malformed. */
export function parseConstraint(line: string): Constraint | undefined {
  const one = line.endsWith('\n') ? line.slice(0, -1) : line
  if (one.includes('\n')) return undefined
  const modern = afterPrefix(one, '//go:build')
  if (modern !== undefined) return parseExpression(modern)
  if (!one.startsWith('//')) return undefined
  const old = afterPrefix(trim(one.slice(2)), '+build')
  return old === undefined ? undefined : parseOld(old)
}

/** Go's TrimSpace, which does not know U+FEFF. */
const trim = (text: string) => text.replace(/^[\t\n\v\f\r \u0085\u00a0]+|[\t\n\v\f\r \u0085\u00a0]+$/g, '')

function afterPrefix(line: string, prefix: string): string | undefined {
  if (!line.startsWith(prefix)) return undefined
  const rest = trim(line).slice(prefix.length)
  const expression = trim(rest)
  return rest !== '' && rest === expression ? undefined : expression
}

const tokenPattern = /[ \t]*(\(|\)|!|&&|\|\||[\p{L}\p{Nd}_.]+|$)/uy

/** The words of an expression, ended by an empty one; undefined where something else stands between. */
function words(text: string): string[] | undefined {
  const found: string[] = []
  tokenPattern.lastIndex = 0
  for (;;) {
    const word = tokenPattern.exec(text)?.[1]
    if (word === undefined) return undefined
    found.push(word)
    if (word === '') return found
  }
}

function parseExpression(text: string): Constraint | undefined {
  const tokens = words(text)
  if (tokens === undefined) return undefined
  let [at, operands] = [0, 0]
  const or = (): Constraint | undefined => chain('or', '||', and)
  const and = (): Constraint | undefined => chain('and', '&&', not)
  const chain = (kind: 'and' | 'or', operator: string, operand: () => Constraint | undefined) => {
    let x = operand()
    while (x !== undefined && tokens[at] === operator) {
      at++
      const y = operand()
      x = y && {kind, x, y}
    }
    return x
  }
  const not = (): Constraint | undefined => {
    if (++operands > operandsMax) return undefined
    if (tokens[at] !== '!') return atom()
    at++
    if (tokens[at] === '!') return undefined
    const x = atom()
    return x && {kind: 'not', x}
  }
  const atom = (): Constraint | undefined => {
    const token = tokens[at++]!
    if (token === '(') {
      const x = or()
      return tokens[at++] === ')' ? x : undefined
    }
    return /^[\p{L}\p{Nd}_.]/u.test(token) ? {kind: 'tag', tag: token} : undefined
  }
  const whole = or()
  return tokens[at] === '' ? whole : undefined
}

const validTag = /^[\p{L}\p{Nd}_.]+$/u
const ignored: Constraint = {kind: 'tag', tag: 'ignore'}

/** Blanks mean or, commas mean and; what is no tag never holds. */
function parseOld(text: string): Constraint | undefined {
  let [whole, operators] = [undefined as Constraint | undefined, 0]
  for (const clause of text.split(/\s+/).filter(part => part !== '')) {
    let all: Constraint | undefined
    for (const literal of clause.split(',')) {
      const negated = literal.startsWith('!')
      const tag = negated ? literal.slice(1) : literal
      const known: Constraint = validTag.test(tag) ? {kind: 'tag', tag} : ignored
      const term: Constraint = literal.startsWith('!!') || literal === '!' ? ignored : negated ? {kind: 'not', x: known} : known
      if (all !== undefined && ++operators > oldOperatorsMax) return undefined
      all = all === undefined ? term : {kind: 'and', x: all, y: term}
    }
    if (all === undefined) continue
    if (whole !== undefined && ++operators > oldOperatorsMax) return undefined
    whole = whole === undefined ? all : {kind: 'or', x: whole, y: all}
  }
  return whole ?? ignored
}

export function evaluate(constraint: Constraint, holds: (tag: string) => boolean): boolean {
  switch (constraint.kind) {
    case 'tag':
      return holds(constraint.tag)
    case 'not':
      return !evaluate(constraint.x, holds)
    case 'and':
      return evaluate(constraint.x, holds) && evaluate(constraint.y, holds)
    case 'or':
      return evaluate(constraint.x, holds) || evaluate(constraint.y, holds)
  }
}

/** Calls `visit` with every tag that is named, also in branches that decide nothing. */
export function tagsOf(constraint: Constraint, visit: (tag: string) => void): void {
  if (constraint.kind === 'tag') return visit(constraint.tag)
  tagsOf(constraint.x, visit)
  if (constraint.kind !== 'not') tagsOf(constraint.y, visit)
}

/** The least version without which the constraint cannot hold: `go1.21`; undefined when it can hold without any (constraint.GoVersion). */
export function goVersionOf(constraint: Constraint): string | undefined {
  const minor = leastMinor(constraint, true)
  return minor < 0 ? undefined : minor === 0 ? 'go1' : `go1.${minor}`
}

function leastMinor(constraint: Constraint, positive: boolean): number {
  switch (constraint.kind) {
    case 'tag': {
      if (!positive) return -1
      if (constraint.tag === 'go1') return 0
      const minor = /go1\.(\d{1,9})$/.exec(constraint.tag)
      return minor === null || constraint.tag.indexOf('go1.') !== minor.index ? -1 : Number(minor[1])
    }
    case 'not':
      return leastMinor(constraint.x, !positive)
    case 'and':
    case 'or': {
      const [x, y] = [leastMinor(constraint.x, positive), leastMinor(constraint.y, positive)]
      return (constraint.kind === 'and') === positive ? Math.max(x, y) : Math.min(x, y)
    }
  }
}

/** What the lines above the package clause ask for. */
export type FileConstraint =
  | {readonly kind: 'none'}
  | {readonly kind: 'constraint'; readonly constraint: Constraint; readonly modern: boolean}
  /** Two `//go:build` lines, or one that is no expression: go/build reports the file and leaves it out. */
  | {readonly kind: 'malformed'; readonly message: string}

/**
 * The constraint in the head of a file, whatever language it is written in (assembly and C files have them, too). Old lines count only above
 * a blank line and only where no `//go:build` line stands; several of them must all hold.
 */
export function fileConstraint(head: string): FileConstraint {
  const {modern, oldUntil} = headerOf(head)
  if (modern.length > 1) return {kind: 'malformed', message: 'multiple //go:build comments'}
  const line = modern[0]
  if (line !== undefined) {
    const constraint = parseConstraint(line)
    if (constraint === undefined) return {kind: 'malformed', message: `parsing //go:build line: ${line}`}
    return {kind: 'constraint', constraint, modern: true}
  }
  let all: Constraint | undefined
  for (const raw of head.slice(0, oldUntil).split('\n')) {
    const text = trim(raw)
    if (!text.startsWith('//') || !text.includes('+build')) continue
    const constraint = parseConstraint(text)
    if (constraint !== undefined) all = all === undefined ? constraint : {kind: 'and', x: all, y: constraint}
  }
  return all === undefined ? {kind: 'none'} : {kind: 'constraint', constraint: all, modern: false}
}

/** The `//go:build` lines above the first text that is no comment, and up to where old lines count. */
function headerOf(head: string): {readonly modern: readonly string[]; readonly oldUntil: number} {
  const modern: string[] = []
  let [oldUntil, ended, inGeneral] = [0, false, false]
  for (let at = 0; at < head.length;) {
    const newline = head.indexOf('\n', at)
    const next = newline < 0 ? head.length : newline + 1
    let line = trim(head.slice(at, newline < 0 ? head.length : newline))
    at = next
    if (line === '' && !ended) {
      oldUntil = next
      continue
    }
    if (!line.startsWith('//')) ended = true
    if (!inGeneral && line.startsWith('//go:build') && /^(\s|$)/.test(line.slice(10))) modern.push(line)
    while (line !== '') {
      if (inGeneral) {
        const close = line.indexOf('*/')
        if (close < 0) break
        inGeneral = false
        line = trim(line.slice(close + 2))
      } else if (line.startsWith('//')) break
      else if (line.startsWith('/*')) {
        inGeneral = true
        line = trim(line.slice(2))
      } else return {modern, oldUntil}
    }
  }
  return {modern, oldUntil}
}
