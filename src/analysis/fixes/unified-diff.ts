// A unified diff of a file from the edits made to it: hunks with three lines of context, as `patch` and `git apply` read them.
import type {Edit} from '../../findings/finding.ts'

const contextLines = 3

interface Change {
  /** Lines of the old file from 0, `end` exclusive. */
  readonly start: number
  readonly end: number
  readonly lines: readonly string[]
}

export function unifiedDiff(path: string, bytes: Uint8Array, edits: readonly Edit[]): string {
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true}) // a patch has the mark, as the file has
  const starts = [0]
  bytes.forEach((byte, i) => {
    if (byte === 10) starts.push(i + 1)
  })
  if (starts.at(-1) === bytes.length) starts.pop()
  const old = starts.map((start, i) => decoder.decode(bytes.subarray(start, starts[i + 1] ?? bytes.length)))
  const lineOf = (offset: number) => {
    const after = starts.findIndex(start => start > offset)
    return (after < 0 ? starts.length : after) - 1
  }
  const changes = grouped(edits, lineOf).map(({start, end, edits: own}): Change => {
    const from = starts[start] ?? bytes.length
    const to = starts[end] ?? bytes.length
    let text = ''
    let at = from
    for (const edit of own) {
      text += decoder.decode(bytes.subarray(at, edit.start)) + edit.text
      at = edit.end
    }
    text += decoder.decode(bytes.subarray(at, to))
    return trimmed({start, end, lines: text.match(/[^\n]*\n|[^\n]+$/g) ?? []}, old)
  })
  const name = path.replaceAll('\n', '\\n')
  const hunks = hunksOf(
    changes.filter(change => change.end > change.start || change.lines.length > 0),
    old,
  )
  return hunks === '' ? '' : `--- a/${name}\n+++ b/${name}\n${hunks}`
}

/** Edits that share lines belong to one change. */
function grouped(edits: readonly Edit[], lineOf: (offset: number) => number): {start: number; end: number; edits: Edit[]}[] {
  const groups: {start: number; end: number; edits: Edit[]}[] = []
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    const [start, end] = [lineOf(edit.start), lineOf(Math.max(edit.start, edit.end - 1)) + 1]
    const last = groups.at(-1)
    if (last !== undefined && start < last.end) {
      last.end = Math.max(last.end, end)
      last.edits.push(edit)
    } else groups.push({start, end, edits: [edit]})
  }
  return groups
}

/** Without the lines that stay the same at both ends. */
function trimmed(change: Change, old: readonly string[]): Change {
  let {start, end} = change
  let lines = change.lines
  while (start < end && lines.length > 0 && old[start] === lines[0]) [start, lines] = [start + 1, lines.slice(1)]
  while (end > start && lines.length > 0 && old[end - 1] === lines.at(-1)) [end, lines] = [end - 1, lines.slice(0, -1)]
  return {start, end, lines}
}

function hunksOf(changes: readonly Change[], old: readonly string[]): string {
  let out = ''
  let shift = 0
  for (let i = 0; i < changes.length;) {
    let last = i
    while (last + 1 < changes.length && changes[last + 1]!.start - changes[last]!.end <= 2 * contextLines) last++
    const from = Math.max(0, changes[i]!.start - contextLines)
    const to = Math.min(old.length, changes[last]!.end + contextLines)
    let body = ''
    let added = 0
    let at = from
    for (const change of changes.slice(i, last + 1)) {
      body += marked(' ', old.slice(at, change.start)) + marked('-', old.slice(change.start, change.end)) + marked('+', change.lines)
      added += change.lines.length - (change.end - change.start)
      at = change.end
    }
    body += marked(' ', old.slice(at, to))
    const [oldCount, newCount] = [to - from, to - from + added]
    out += `@@ -${oldCount === 0 ? from : from + 1},${oldCount} +${newCount === 0 ? from + shift : from + shift + 1},${newCount} @@\n${body}`
    shift += added
    i = last + 1
  }
  return out
}

const marked = (sign: string, lines: readonly string[]) =>
  lines.map(line => `${sign}${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`).join('')
