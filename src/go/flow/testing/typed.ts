// A package from source text for tests, type-checked against small stand-ins for the standard library.
import {forEachChild, type Node} from '../../syntax/ast.ts'
import {checkPackage, declarePackage, type FileState, type Package} from '../../types/api.ts'
import {packageFlow} from '../package-flow.ts'
import type {FunctionBody} from '../package-functions.ts'
import {packageSummaries} from '../package-summaries.ts'
import {shippedSummary} from '../short-summary.ts'
import type {FlowContext} from '../tracked-value.ts'

const standIns: Readonly<Record<string, string>> = {
  sync: `package sync
type Mutex struct{ x int }
func (m *Mutex) Lock()
func (m *Mutex) Unlock()
type RWMutex struct{ x int }
func (m *RWMutex) Lock()
func (m *RWMutex) Unlock()
func (m *RWMutex) RLock()
func (m *RWMutex) RUnlock()
`,
  os: `package os
type File struct{ fd int }
func Open(name string) (*File, error)
func Exit(code int)
func (f *File) Close() error
func (f *File) Read(b []byte) (int, error)
`,
  io: `package io
type Reader interface{ Read(p []byte) (int, error) }
type Closer interface{ Close() error }
func ReadAll(r Reader) ([]byte, error)
`,
  fmt: `package fmt
func Println(a ...any)
`,
  time: `package time
type Ticker struct{ C chan int }
func NewTicker(d int) *Ticker
func (t *Ticker) Stop()
`,
}

export interface TypedSource extends FlowContext {
  readonly files: readonly FileState[]
  function(name: string): FunctionBody
  /** The first node with this text. */
  find(text: string): Node
  text(node: Node): string
}

export function typed(source: string, path = 'example.com/p'): TypedSource {
  const encoder = new TextEncoder()
  const declared = new Map<string, Package>()
  const importer = (wanted: string): Package | undefined => {
    const text = standIns[wanted]
    if (text === undefined) return undefined
    const made =
      declared.get(wanted) ??
      declarePackage(
        {},
        wanted,
        wanted,
        () => [{path: `${wanted}.go`, bytes: encoder.encode(text)}],
        () => undefined,
      )
    declared.set(wanted, made)
    return made
  }
  const checked = checkPackage({rethrow: true}, path, [{path: 'p.go', bytes: encoder.encode(source)}], importer)
  const {files} = checked.info
  const flow = packageFlow(files)
  const text = (node: Node) => source.slice(node.pos, node.end)
  return {
    files,
    flow,
    summaries: packageSummaries(flow, shippedSummary),
    text,
    function(name) {
      const own = flow.functions.find(candidate => candidate.func?.name === name)
      if (own === undefined) throw new Error(`no function ${name}`)
      return own
    },
    find(wanted) {
      let found: Node | undefined
      const look = (node: Node) => {
        if (found === undefined && text(node) === wanted) found = node
        forEachChild(node, look)
      }
      for (const file of files) forEachChild(file.tree, look)
      if (found === undefined) throw new Error(`no ${wanted}`)
      return found
    },
  }
}
