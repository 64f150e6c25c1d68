// An output counts only after a look at it: exit 0 without a picture, a picture cut short or one without some of the nodes is a failure.
// Each check gives what is wrong, or undefined.
import type {DotGraph} from './read-dot.ts'
import {readDot} from './read-dot.ts'

/** An SVG of Graphviz has a head of about this size even when it shows nothing. */
const svgCharactersMin = 200
const entities: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"}

export function svgProblem(svg: string, graph?: DotGraph): string | undefined {
  if (svg.length < svgCharactersMin) return `the SVG has ${svg.length} characters`
  const scan = scanXml(svg)
  if (scan.problem !== undefined) return `the SVG is not well-formed: ${scan.problem}`
  if (scan.root !== 'svg') return `the root element is "${scan.root}", not "svg"`
  if (graph === undefined) return undefined
  const missing = [...graph.nodes.keys()].filter(name => !scan.named.has(comparable(name)))
  return missing.length === 0 ? undefined : `${missing.length} of ${graph.nodes.size} nodes are missing, like ${JSON.stringify(missing[0])}`
}

export function jsonProblem(json: string, graph: DotGraph): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return `the JSON cannot be parsed: ${error instanceof Error ? error.message : String(error)}`
  }
  const objects =
    typeof value === 'object' && value !== null && 'objects' in value && Array.isArray(value.objects) ? (value.objects as unknown[]) : []
  const names = new Set(
    objects.map(object => (typeof object === 'object' && object !== null && 'name' in object ? object.name : undefined)),
  )
  const missing = [...graph.nodes.values()].filter(({name, html}) => !html && !names.has(name))
  return missing.length === 0
    ? undefined
    : `${missing.length} of ${graph.nodes.size} nodes are missing, like ${JSON.stringify(missing[0]?.name)}`
}

export function dotProblem(dot: string, graph: DotGraph): string | undefined {
  try {
    const again = readDot(dot, 'the output')
    const missing = [...graph.nodes.keys()].filter(name => !again.nodes.has(name))
    return missing.length === 0
      ? undefined
      : `${missing.length} of ${graph.nodes.size} nodes are missing, like ${JSON.stringify(missing[0])}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** PNG (third edition) sections 5.2 and 11.2.1: signature, IHDR with a size, chunks up to IEND, nothing cut off. */
export function pngProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length < 45) return `the PNG has ${bytes.length} bytes`
  if (!pngSignature.every((byte, i) => bytes[i] === byte)) return 'the PNG signature is missing'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(16) === 0 || view.getUint32(20) === 0) return 'the PNG is zero pixels wide or high'
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === 0x49454e44) return at + 12 === bytes.length ? undefined : 'bytes follow the end of the PNG'
    at += 12 + length
  }
  return 'the PNG is cut off'
}

export function pdfProblem(bytes: Uint8Array): string | undefined {
  const text = (from: number, to?: number) => new TextDecoder('latin1').decode(bytes.subarray(from, to))
  if (bytes.length < 200) return `the PDF has ${bytes.length} bytes`
  if (!text(0, 5).startsWith('%PDF-')) return 'the PDF signature is missing'
  return text(Math.max(0, bytes.length - 1024)).includes('%%EOF') ? undefined : 'the PDF is cut off'
}

/** Names that are written in one way only. */
const usual = /^\w+$/

/** White space and characters that XML cannot hold are written in several ways; names are compared without them. */
const comparable = (text: string) =>
  usual.test(text)
    ? text
    : text
        .replace(/[\s\u0000-\u001f\u007f\u00a0\u00ad\ufffd]+/g, '')
        .replace(/&(?:#\d+|#x[0-9a-fA-F]+|\w+);/g, decoded)
        .replaceAll('-', '')

const decoded = (entity: string): string => {
  const body = entity.slice(1, -1)
  if (!body.startsWith('#')) return entities[body] ?? entity
  const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1))
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity
}

interface XmlScan {
  readonly problem?: string
  readonly root?: string
  /** What titles and comments say, in comparable form: Graphviz names each node in both, invisible ones only in a comment. */
  readonly named: ReadonlySet<string>
}

const tag = /^<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>$/u

/** Well-formedness as XML 1.0 section 2 has it, as far as SVG of Graphviz goes: nesting, attributes, entities, characters. */
function scanXml(xml: string): XmlScan {
  const open: string[] = []
  const named = new Set<string>()
  let root: string | undefined
  const wrong = (problem: string): XmlScan => ({problem, named})
  // oxlint-disable-next-line no-control-regex -- the characters that XML 1.0 forbids
  const bad =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(xml)
  if (bad) return wrong(`a character XML does not allow, U+${bad[0].charCodeAt(0).toString(16).padStart(4, '0')}`)
  for (let at = 0; at < xml.length;) {
    if (xml[at] !== '<') {
      const next = xml.indexOf('<', at)
      const text = xml.slice(at, next === -1 ? undefined : next)
      if (open.length === 0 && text.trim() !== '') return wrong('text outside of the root')
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(text)) return wrong('an unknown entity')
      if (open.at(-1) === 'title') named.add(comparable(text))
      at += text.length
      continue
    }
    const markup = markupAt(xml, at)
    if (markup === undefined) return wrong(`markup that does not end, at ${at}`)
    at += markup.length
    if (markup.startsWith('<!--')) named.add(comparable(markup.slice(4, -3)))
    if (markup.startsWith('<!') || markup.startsWith('<?')) continue
    const [, close, name = '', attributes = '', empty] = tag.exec(markup) ?? []
    if (name === '') return wrong(`a broken tag, ${markup.slice(0, 60)}`)
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(attributes)) return wrong('an unknown entity in an attribute')
    if (close) {
      if (open.pop() !== name) return wrong(`</${name}> closes another element`)
      continue
    }
    if (open.length === 0 && root !== undefined) return wrong('two root elements')
    root ??= name
    if (!empty) open.push(name)
  }
  if (open.length > 0) return wrong(`<${open.at(-1)}> is not closed`)
  return {named, ...(root === undefined ? {} : {root})}
}

/** The markup that begins here, whole; quotes may hold `>`. */
function markupAt(xml: string, at: number): string | undefined {
  const until = (mark: string) => {
    const end = xml.indexOf(mark, at)
    return end === -1 ? undefined : xml.slice(at, end + mark.length)
  }
  if (xml.startsWith('<!--', at)) return until('-->')
  if (xml.startsWith('<?', at)) return until('?>')
  tagAt.lastIndex = at
  return tagAt.exec(xml)?.[0]
}

/** From `<` to the `>` that no quotes hold. */
const tagAt = /<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>/y
