// Reads one graph of a DOT file: refuses bad syntax with line and column before any layout, and says which nodes and how many edges there are,
// so that the size can be limited beforehand and the output checked afterwards. Grammar: lib/cgraph/grammar.y, graphviz.org/doc/info/lang.html.
import {errors} from '../../base/errors.ts'
import {dotError, DotScanner, type DotToken} from './dot-scanner.ts'

/** Attributes of a node that decide whether it is seen and how wide it is. */
export interface DotNode {
  readonly name: string
  /** Its name is written as an HTML string, which is another name than the same text in quotes. */
  readonly html: boolean
  readonly attributes: ReadonlyMap<string, DotValue>
}

export interface DotValue {
  readonly text: string
  readonly html: boolean
}

export interface DotGraph {
  readonly name: string
  readonly directed: boolean
  readonly nodes: ReadonlyMap<string, DotNode>
  readonly edges: readonly (readonly [from: string, to: string])[]
  /** All edges; `edges` keeps the first `edgesKeptMax`. */
  readonly edgeCount: number
  /** Offset of the closing brace of the graph. */
  readonly end: number
  /** Graphs after the first one, which is the one that is drawn. */
  readonly more: boolean
}

/** Source characters of one graph. */
export const dotCharactersMax = 16 * 1024 * 1024
/** Nodes and edges of one graph that are read at all. */
const nodesMax = 1_000_000
const edgesMax = 5_000_000
/** Edges whose ends are remembered. */
const edgesKeptMax = 20_000
/** Graphviz recurses over subgraphs on a stack that WebAssembly cannot grow: 500 nested clusters end the instance (docs/measurements/render.md). */
const depthMax = 100

interface Scope {
  readonly defaults: Map<string, DotValue>
  /** Names in this subgraph and below. */
  readonly members: Set<string>
  readonly outer: Scope | undefined
}

export function readDot(text: string, file: string): DotGraph {
  if (text.length > dotCharactersMax) throw errors.limit(`size of ${file} in characters`, dotCharactersMax)
  const zero = text.indexOf('\0')
  if (zero !== -1) throw dotError(file, text, zero, 'a NUL character')
  return new DotReader(text, file).graph()
}

class DotReader {
  readonly #scanner: DotScanner
  readonly #file: string
  #token: DotToken
  readonly #nodes = new Map<string, {name: string; html: boolean; attributes: Map<string, DotValue>}>()
  readonly #edges: [string, string][] = []
  #edgeCount = 0
  #directed = true
  #depth = 0

  constructor(text: string, file: string) {
    this.#file = file
    this.#scanner = new DotScanner(text, file)
    this.#token = this.#scanner.next()
  }

  graph(): DotGraph {
    if (this.#token.kind === 'end') throw this.#error('the file holds no graph')
    this.#keyword('strict')
    if (this.#keyword('digraph')) this.#directed = true
    else if (this.#keyword('graph')) this.#directed = false
    else throw this.#unexpected('"graph" or "digraph"')
    const name = this.#isAtom() ? this.#atom().text : ''
    this.#sign('{', '"{"')
    this.#statements({defaults: new Map(), members: new Set(), outer: undefined})
    const end = this.#token.at
    if (!this.#isSign('}')) throw this.#unexpected('"}"')
    const more = this.#followed(end + 1)
    return {name, directed: this.#directed, nodes: this.#nodes, edges: this.#edges, edgeCount: this.#edgeCount, end, more}
  }

  /** What stands behind the first graph is not drawn and so not judged. */
  #followed(at: number): boolean {
    return this.#scanner.text.slice(at).trim() !== ''
  }

  #error(what: string): Error {
    return dotError(this.#file, this.#scanner.text, this.#token.at, what)
  }

  #unexpected(wanted: string): Error {
    const {kind, text} = this.#token
    const shown =
      kind === 'end' ? 'the end of the file' : kind === 'html' ? 'an HTML label' : `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`
    return this.#error(`${shown} where ${wanted} is expected`)
  }

  #advance(): DotToken {
    const token = this.#token
    this.#token = this.#scanner.next()
    return token
  }

  #isSign(text: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === text
  }

  #take(text: string): boolean {
    if (!this.#isSign(text)) return false
    this.#advance()
    return true
  }

  #sign(text: string, wanted: string): void {
    if (!this.#take(text)) throw this.#unexpected(wanted)
  }

  #keyword(text: string): boolean {
    if (this.#token.kind !== 'keyword' || this.#token.text !== text) return false
    this.#advance()
    return true
  }

  #isAtom(): boolean {
    return this.#token.kind === 'atom' || this.#token.kind === 'html'
  }

  #atom(): DotValue {
    const joins = (token: DotToken) => token.kind === 'html' || (token.kind === 'atom' && token.quoted)
    const token = this.#advance()
    let {text} = token
    let html = token.kind === 'html'
    while (joins(token) && this.#take('+')) {
      if (!joins(this.#token)) throw this.#unexpected('a string after "+"')
      html ||= this.#token.kind === 'html'
      text += this.#advance().text
    }
    return {text, html}
  }

  #statements(scope: Scope): void {
    while (this.#token.kind !== 'end' && !this.#isSign('}')) {
      this.#statement(scope)
      this.#take(';')
    }
  }

  #statement(scope: Scope): void {
    const token = this.#token
    if (token.kind === 'keyword' && (token.text === 'graph' || token.text === 'node' || token.text === 'edge')) {
      this.#advance()
      if (this.#isAtom()) {
        this.#atom() // a macro's name, which the grammar has and nothing uses
        this.#sign('=', '"="')
      }
      if (!this.#isSign('[')) throw this.#unexpected('"["')
      const attributes = this.#attributes()
      if (token.text === 'node') for (const [name, value] of attributes) scope.defaults.set(name, value)
      return
    }
    const alone = this.#isAtom() ? this.#atom() : undefined
    if (alone !== undefined && this.#take('=')) {
      if (!this.#isAtom()) throw this.#unexpected('a value')
      this.#atom()
      return
    }
    const ends = [alone === undefined ? this.#end(scope) : this.#nodeList(alone, scope)]
    while (this.#token.kind === 'edge') {
      if ((this.#token.text === '->') !== this.#directed)
        throw this.#error(
          `"${this.#token.text}" in ${this.#directed ? 'a digraph, where edges are "->"' : 'a graph, where edges are "--"'}`,
        )
      this.#advance()
      ends.push(this.#end(scope))
    }
    const attributes = this.#attributes()
    if (ends.length === 1) {
      for (const name of ends[0]?.isSubgraph ? [] : (ends[0]?.names ?? []))
        for (const [key, value] of attributes) this.#nodes.get(name)?.attributes.set(key, value)
      return
    }
    for (let i = 1; i < ends.length; i++) this.#connect(ends[i - 1]!.names, ends[i]!.names)
  }

  #connect(from: ReadonlySet<string>, to: ReadonlySet<string>): void {
    this.#edgeCount += from.size * to.size
    if (this.#edgeCount > edgesMax) throw errors.limit(`edges of ${this.#file}`, edgesMax)
    for (const a of from) {
      for (const b of to) {
        if (this.#edges.length >= edgesKeptMax) return
        this.#edges.push([a, b])
      }
    }
  }

  /** One end of an edge: nodes, or all nodes of a subgraph. */
  #end(scope: Scope): {readonly names: ReadonlySet<string>; readonly isSubgraph: boolean} {
    if (this.#isAtom()) return this.#nodeList(this.#atom(), scope)
    const named = this.#keyword('subgraph')
    if (named && this.#isAtom()) this.#atom()
    if (!this.#take('{')) throw this.#unexpected(named ? '"{"' : 'a node, a subgraph or a statement')
    if (++this.#depth > depthMax) throw errors.limit(`nesting of subgraphs in ${this.#file}`, depthMax)
    const inner: Scope = {defaults: new Map(scope.defaults), members: new Set(), outer: scope}
    this.#statements(inner)
    this.#sign('}', '"}"')
    this.#depth--
    return {names: inner.members, isSubgraph: true}
  }

  #nodeList(first: DotValue, scope: Scope): {readonly names: ReadonlySet<string>; readonly isSubgraph: boolean} {
    const names = new Set([this.#node(first, scope)])
    while (this.#take(',')) {
      if (!this.#isAtom()) throw this.#unexpected('a node')
      names.add(this.#node(this.#atom(), scope))
    }
    return {names, isSubgraph: false}
  }

  #node({text: name, html}: DotValue, scope: Scope): string {
    for (let i = 0; i < 2 && this.#take(':'); i++) {
      if (!this.#isAtom()) throw this.#unexpected('a port')
      this.#atom()
    }
    if (!this.#nodes.has(name)) {
      if (this.#nodes.size >= nodesMax) throw errors.limit(`nodes of ${this.#file}`, nodesMax)
      this.#nodes.set(name, {name, html, attributes: new Map(scope.defaults)})
    }
    for (let s: Scope | undefined = scope; s !== undefined && !s.members.has(name); s = s.outer) s.members.add(name)
    return name
  }

  #attributes(): Map<string, DotValue> {
    const attributes = new Map<string, DotValue>()
    while (this.#take('[')) {
      while (!this.#isSign(']')) {
        if (!this.#isAtom()) throw this.#unexpected('an attribute or "]"')
        const name = this.#atom().text
        this.#sign('=', `"=" after the attribute "${name.slice(0, 40)}"`)
        if (!this.#isAtom()) throw this.#unexpected(`a value of "${name.slice(0, 40)}"`)
        attributes.set(name, this.#atom())
        if (!this.#take(',')) this.#take(';')
      }
      this.#advance()
    }
    return attributes
  }
}
