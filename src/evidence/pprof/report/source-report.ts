// Source lines with their weights: pprof's `-list`. Source files come through the host; follows printSource and sourceReader of
// github.com/google/pprof/internal/report/source.go.
import type {Host} from '../../../base/host.ts'
import {rawOfBytes, rawOfText, textOfRaw} from '../string-table.ts'
import {cleanPath, padLeft} from './go-format.ts'
import {sortNodes} from './graph.ts'
import type {GraphNode} from './graph.ts'
import {percentage} from './measurement.ts'
import {formatValue, graphMaker} from './report.ts'
import type {Report} from './report.ts'
import {trimSourcePath} from './source-path.ts'
import {noMatches} from './text-reports.ts'

/** Lines shown before the first and after the last that has samples, where the function's first line is not known. */
const margin = 5
/** Longest line that Go's scanner takes; what follows a longer one is not shown (bufio.MaxScanTokenSize). */
const lineBytesMax = 64 * 1024
/** Largest source file that is read. */
const sourceBytesMax = 64 * 1024 * 1024

export async function sourceText(report: Report, host: Host): Promise<string> {
  const {symbol} = report.options
  const graph = graphMaker(report).graph(undefined, report.options.dropNegative)
  const byName = grouped(
    graph.nodes.filter(node => symbol?.test(node.info.name) ?? true),
    node => node.info.name,
  )
  if (byName.size === 0) throw noMatches(symbol?.source ?? '')
  const functions = [...byName.values()].map(nodes => nodes[0]!)
  sortNodes(functions, 'name')
  const reader = new SourceReader(host, report)
  const lines = [`Total: ${formatValue(report, report.total)}`]
  for (const {info} of functions) {
    const byFile = grouped(
      byName.get(info.name)!.filter(node => node.info.file !== ''),
      node => node.info.file,
    )
    if (byFile.size === 0) {
      lines.push(`No source information for ${info.name}`)
      continue
    }
    const files = [...byFile.values()].map(nodes => nodes[0]!)
    sortNodes(files, 'file')
    for (const file of files) {
      for (const line of await routine(report, reader, info.name, file.info.file, byFile.get(file.info.file)!)) lines.push(line)
    }
  }
  return `${lines.join('\n')}\n`
}

function grouped(nodes: readonly GraphNode[], keyOf: (node: GraphNode) => string): Map<string, GraphNode[]> {
  const groups = new Map<string, GraphNode[]>()
  for (const node of nodes) {
    const group = groups.get(keyOf(node))
    if (group === undefined) groups.set(keyOf(node), [node])
    else group.push(node)
  }
  return groups
}

const sumOf = (nodes: readonly GraphNode[]) => ({
  flat: nodes.reduce((sum, node) => sum + node.flat, 0),
  cum: nodes.reduce((sum, node) => sum + node.cum, 0),
})

async function routine(report: Report, reader: SourceReader, name: string, file: string, nodes: readonly GraphNode[]): Promise<string[]> {
  const {flat, cum} = sumOf(nodes)
  const column = (value: number) => padLeft(value === 0 ? '.' : formatValue(report, value), 10)
  const lines = [
    `ROUTINE ======================== ${name} in ${file}`,
    `${padLeft(formatValue(report, flat), 10)} ${padLeft(formatValue(report, cum), 10)} (flat, cum) ${percentage(cum, report.total)} of Total`,
  ]
  const source = await reader.read(file)
  if (typeof source === 'string') return [...lines, ` Error: ${source}`]
  const {start, end} = shownLines(nodes)
  const byLine = grouped(nodes, node => String(node.info.line))
  for (let line = start; line <= end && line < source.length; line++) {
    const sum = sumOf(byLine.get(String(line)) ?? [])
    lines.push(`${column(sum.flat)} ${column(sum.cum)} ${padLeft(String(line), 6)}:${source[line]}`)
  }
  return lines
}

function shownLines(nodes: readonly GraphNode[]): {start: number; end: number} {
  const first = nodes[0]!.info
  let start = first.startLine === 0 ? first.line - margin : first.startLine
  let end = first.line + margin
  for (const {info} of nodes) {
    const nodeStart = info.startLine === 0 ? info.line - margin : info.startLine
    if (nodeStart < start) start = nodeStart
    else end = Math.max(end, info.line + margin)
  }
  return {start: Math.max(1, start), end}
}

class SourceReader {
  readonly #host: Host
  readonly #searchPath: string
  readonly #trimPath: string
  readonly #known = new Map<string, readonly string[] | string>()

  constructor(host: Host, report: Report) {
    this.#host = host
    const {sourcePath, trimPath} = report.options
    this.#searchPath = sourcePath === '' ? rawOfText(host.cwd) : sourcePath
    this.#trimPath = trimPath
  }

  /** Lines from index 1 on, or why there are none. */
  async read(path: string): Promise<readonly string[] | string> {
    let known = this.#known.get(path)
    if (known === undefined) {
      known = await this.#find(trimSourcePath(path, this.#trimPath, this.#searchPath))
      this.#known.set(path, known)
    }
    return known
  }

  async #find(path: string): Promise<readonly string[] | string> {
    if (path.startsWith('/')) return (await this.#lines(path)) ?? `open ${path}: no such file or directory`
    for (const start of this.#searchPath.split(':')) {
      for (let dir = start; ;) {
        const lines = await this.#lines(cleanPath(`${dir}/${path}`))
        if (lines !== undefined) return lines
        const parent = cleanPath(dir.slice(0, dir.lastIndexOf('/') + 1))
        if (parent === dir) break
        dir = parent
      }
    }
    return `could not find file ${path} on path ${this.#searchPath}`
  }

  async #lines(rawPath: string): Promise<readonly string[] | undefined> {
    const path = textOfRaw(rawPath)
    const stat = await this.#host.stat(path)
    if (stat === undefined) return undefined
    const lines = ['']
    if (stat.kind !== 'file') return lines
    const raw = rawOfBytes(await this.#host.readFile(path, sourceBytesMax))
    for (const line of (raw.endsWith('\n') ? raw.slice(0, -1) : raw).split('\n')) {
      if (line.length >= lineBytesMax) break
      lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
    }
    return raw === '' ? [''] : lines
  }
}
