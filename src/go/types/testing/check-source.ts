// For tests: checks one file of Go text and finds what was recorded for a piece of it.
import {forEachChild, type Node} from '../../syntax/ast.ts'
import {checkPackage, type Checked, type Config, type FileState, type Importer} from '../api.ts'

export interface CheckedSource {
  readonly checked: Checked
  readonly file: FileState
  /** Messages in order. */
  readonly errors: readonly string[]
  /** The last node of a kind whose text is `text`. */
  node<Kind extends Node['kind']>(kind: Kind, text: string): Extract<Node, {kind: Kind}>
}

const missing: Importer = () => undefined

/** Every import is missing unless the importer knows it. */
export function checkSource(source: string, importer: Importer = missing, config: Config = {}, path = 'example.com/p'): CheckedSource {
  const bytes = new TextEncoder().encode(source)
  const checked = checkPackage({rethrow: true, ...config}, path, [{path: 'p.go', bytes}], importer)
  const [file] = checked.info.files
  if (file === undefined) throw new Error('no file')
  const node = <Kind extends Node['kind']>(kind: Kind, text: string): Extract<Node, {kind: Kind}> => {
    let found: Extract<Node, {kind: Kind}> | undefined
    const visit = (n: Node) => {
      if (isKind(n, kind) && new TextDecoder().decode(bytes.subarray(n.pos, n.end)) === text) found = n
      forEachChild(n, visit)
    }
    visit(file.tree)
    if (found === undefined) throw new Error(`no ${kind} ${text}`)
    return found
  }
  return {checked, file, errors: checked.errors.map(e => e.message), node}
}

const isKind = <Kind extends Node['kind']>(n: Node, kind: Kind): n is Extract<Node, {kind: Kind}> => n.kind === kind
