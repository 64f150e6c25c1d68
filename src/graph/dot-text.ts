// A graph as DOT. `dotString` is the one place where text from outside becomes DOT.
// Grammar and escapes: graphviz.org/doc/info/lang.html and attr type escString.
import {textWidthEm} from './text-width.ts'
import type {Graph, GraphEdge, GraphNode, Tone} from './graph.ts'

/**
 * A quoted string that stands for this text as a name. The scanner of DOT (lib/cgraph/scan.l, state qstring) knows `\"` and keeps every other
 * backslash, pairs included, so an odd run of backslashes before a quote or the end has no spelling: a zero-width joiner parts them.
 * Control characters and line ends, which SVG cannot hold or a title would lose, become U+FFFD and a space.
 */
export const dotString = (text: string): string =>
  `"${printable(text)
    .replace(/(?<!\\)((?:\\\\)*\\)(?="|$)/g, '$1\u200d')
    .replaceAll('"', '\\"')}"`

/** A label of centred lines; `\N`, `\l` and entities in the text stay text. */
export const dotLabel = (lines: readonly string[]): string =>
  `"${lines.map(line => printable(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')).join('\\n')}"`

const printable = (text: string): string =>
  text.replace(/\r\n?|\n/g, ' ').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')

const colours: Readonly<Record<Tone, {readonly fill: string; readonly line: string}>> = {
  plain: {fill: '#fbfaf7', line: '#5c6675'},
  good: {fill: '#e6f4ea', line: '#2b7a4b'},
  attention: {fill: '#fff4d6', line: '#9a6700'},
  bad: {fill: '#fde8e6', line: '#b3261e'},
  faint: {fill: '#ffffff', line: '#9aa4b2'},
}

const fontsize = 12
/** Sans-serif faces are wider than the serif one that textWidthEm stands for; a machine without Helvetica may draw with DejaVu Sans, the widest. */
const sansStretch = 1.12
/** Inches that a box needs for its text, by widths of graphemes: Graphviz alone would take those of its own Helvetica. */
const boxInches = (lines: readonly string[]) => ((Math.max(0, ...lines.map(textWidthEm)) * fontsize * sansStretch) / 72 + 0.2).toFixed(2)

function nodeLine({id, lines, tone = 'plain', shape = 'box'}: GraphNode): string {
  const {fill, line} = colours[tone]
  const width = shape === 'box' || shape === 'note' ? `, width=${boxInches(lines)}` : ''
  return `${dotString(id)} [label=${dotLabel(lines)}, shape=${shape}${width}, fillcolor="${fill}", color="${line}"]`
}

function edgeLine({from, to, label, tone = 'faint', dashed, undirected}: GraphEdge): string {
  const attributes = [
    ...(label === undefined ? [] : [`label=${dotLabel([label])}`]),
    `color="${colours[tone].line}"`,
    ...(dashed ? ['style=dashed'] : []),
    ...(undirected ? ['dir=none'] : []),
  ]
  return `${dotString(from)} -> ${dotString(to)} [${attributes.join(', ')}]`
}

/** Same graph, same bytes. */
export function dotText(graph: Graph): string {
  const grouped = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const members = grouped.get(node.group ?? '') ?? []
    grouped.set(node.group ?? '', [...members, node])
  }
  const groups = (graph.groups ?? []).map((group, i) =>
    [
      `  subgraph cluster_${i} {`,
      `    label=${dotLabel(group.title.split('\n'))}; color="#c9ced6"; style=rounded; fontcolor="#5c6675"`,
      ...(grouped.get(group.id) ?? []).map(node => `    ${nodeLine(node)}`),
      '  }',
    ].join('\n'),
  )
  const known = new Set((graph.groups ?? []).map(group => group.id))
  return [
    `digraph ${dotString(graph.title)} {`,
    `  rankdir=${graph.direction === 'down' ? 'TB' : 'LR'}; label=${dotLabel([graph.title])}; labelloc=t; fontname="Helvetica"`,
    `  node [style="filled,rounded", fontname="Helvetica", fontsize=${fontsize}]; edge [fontname="Helvetica", fontsize=10, arrowsize=0.7]`,
    ...groups,
    ...graph.nodes.filter(node => node.group === undefined || !known.has(node.group)).map(node => `  ${nodeLine(node)}`),
    ...graph.edges.map(edge => `  ${edgeLine(edge)}`),
    '}',
    '',
  ].join('\n')
}
