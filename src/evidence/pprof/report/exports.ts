// A profile in the formats of other viewers: folded stacks (FlameGraph) and speedscope JSON.
import type {CallTree} from './call-tree.ts'

/** A `;` would split a frame in two, a line end a stack. */
const foldedName = (name: string): string => name.replace(/[;\r\n]/g, ':')

/** `root;child;leaf 12`, a line for each path with a weight, in text order. */
export function foldedText(tree: CallTree): string {
  const lines: string[] = []
  const paths: string[] = ['']
  for (let row = 1; row < tree.parent.length; row++) {
    const above = paths[tree.parent[row]!]!
    const name = foldedName(tree.names[tree.name[row]!]!)
    const path = (paths[row] = above === '' ? name : `${above};${name}`)
    if (tree.self[row] !== 0) lines.push(`${path} ${tree.self[row]}`)
  }
  return lines
    .sort()
    .map(line => `${line}\n`)
    .join('')
}

/** Units that speedscope knows (speedscope/src/lib/file-format-spec.ts). */
const speedscopeUnits: Readonly<Record<string, string>> = {
  nanoseconds: 'nanoseconds',
  microseconds: 'microseconds',
  milliseconds: 'milliseconds',
  seconds: 'seconds',
  bytes: 'bytes',
}

/** A "sampled" profile of https://www.speedscope.app/file-format-schema.json: each path is one sample. */
export function speedscopeJson(tree: CallTree, name: string, unit: string): string {
  const samples: number[][] = []
  const weights: number[] = []
  for (let row = 1; row < tree.parent.length; row++) {
    if (!(tree.self[row]! > 0)) continue
    const stack: number[] = []
    for (let at = row; at > 0; at = tree.parent[at]!) stack.push(tree.name[at]!)
    samples.push(stack.reverse())
    weights.push(tree.self[row]!)
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const profile = {type: 'sampled', name, unit: speedscopeUnits[unit] ?? 'none', startValue: 0, endValue: total, samples, weights}
  return `${JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: {frames: tree.names.map(frame => ({name: frame}))},
    profiles: [profile],
    activeProfileIndex: 0,
    exporter: 'gotriage',
    name,
  })}\n`
}
