// `// want` comments: expectations live in the input, beside what they are about.

interface Reported {
  readonly line: number
  readonly message: string
}

/** Pairs each finding with one pattern after `// want` on its line. What stays unpaired, on either side, is a failure. */
export function unmetWants(source: string, reported: readonly Reported[]): string[] {
  const wants = source.split('\n').flatMap((text, index) => {
    const patterns = /\/\/ want ((?:`[^`]+`\s*)+)$/.exec(text)?.[1] ?? ''
    return [...patterns.matchAll(/`([^`]+)`/g)].map(([, p = '']) => ({line: index + 1, pattern: new RegExp(p)}))
  })
  const unexpected = reported.filter(found => {
    const at = wants.findIndex(want => want.line === found.line && want.pattern.test(found.message))
    if (at < 0) return true
    wants.splice(at, 1)
    return false
  })
  return [
    ...unexpected.map(found => `line ${found.line}: unexpected: ${found.message}`),
    ...wants.map(want => `line ${want.line}: nothing reported that matches ${want.pattern}`),
  ]
}
