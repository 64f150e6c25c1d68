// The reader of C declarations over C that nobody chose: every C file and header below the given folders, or below /usr/include, and the C files of go-sqlite3
// and go-graphviz; whole, and cut and changed at random. Nothing may be thrown. Prints time a megabyte and the slowest files.
//   npm run conformance -- cgo-robust     or     npx tsx tools/conformance/cgo-robust.ts FOLDER…
import {readFileSync, statSync} from 'node:fs'
import {type CNames, readCNames} from '../../src/go/cgo/c-names.ts'
import {cgoObjects} from '../../src/go/cgo/go-objects.ts'
import {goDeclaration, goSignature} from '../../src/go/cgo/go-view.ts'
import {platformOf} from '../../src/go/cgo/platform.ts'
import {newPackage} from '../../src/go/types/objects.ts'
import {moduleDirectory} from './modules.ts'
import {filesBelow} from './syntax.ts'

const platform = platformOf('linux', 'amd64')
const endings = ['.h', '.c', '.hpp', '.hh', '.inl', '.cpp']
/** Files up to this are also changed at random. */
const changedBytesMax = 200_000

/** xorshift32: the same changes every time. */
function* randoms(seed: number): Generator<number> {
  for (let x = seed | 1; ;) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    yield (x >>> 0) / 2 ** 32
  }
}

/** Reads a text and asks for every name of it; the number of names that are known. */
function ask(text: string): {readonly names: number; readonly known: number} {
  const model: CNames = readCNames({platform, preambles: [{file: 'p.go', text}], flags: [], withheld: [], readFile: () => undefined})
  const member = cgoObjects(model, platform, newPackage('p', 'p'), newPackage('C', 'C'))
  let [names, known] = [0, 0]
  for (const {declarations, source} of model.units)
    for (const table of [declarations.typedefs, declarations.functions, declarations.members, declarations.variables, source.macros])
      for (const name of table.keys()) {
        names++
        const found = model.lookup(name)
        if (found.kind !== 'unknown') known++
        member(name)
        if (found.kind === 'type') goDeclaration(name, found.type, platform)
        else if (found.kind === 'function') goSignature(found.declaration.type, platform)
      }
  return {names, known}
}

const folders = process.argv.slice(2)
const modules = ['github.com/mattn/go-sqlite3@v1.14.53', 'github.com/goccy/go-graphviz@v0.1.3', 'gocv.io/x/gocv@v0.41.0']
const roots = folders.length > 0 ? folders : ['/usr/include', ...modules.flatMap(module => moduleDirectory(module) ?? [])]
const random = randoms(20_261_121)
const pick = (below: number) => Math.floor((random.next().value as number) * below) // an endless generator of numbers
let failures = 0
for (const root of roots) {
  const files = filesBelow(root, endings)
  let [bytes, names, known, changes] = [0, 0, 0, 0]
  const slow: {readonly file: string; readonly ms: number; readonly size: number}[] = []
  const attempt = (file: string, what: string, text: string) => {
    try {
      return ask(text)
    } catch (error) {
      failures++
      console.log(`${file}, ${what}: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error)}`)
      return {names: 0, known: 0}
    }
  }
  let wholeMs = 0
  for (const file of files) {
    const size = statSync(file).size
    const text = readFileSync(file, 'latin1')
    const before = process.cpuUsage()
    const said = attempt(file, 'whole', text)
    const {user, system} = process.cpuUsage(before)
    const ms = (user + system) / 1000
    wholeMs += ms
    bytes += size
    names += said.names
    known += said.known
    slow.push({file, ms, size})
    if (size > changedBytesMax || text === '') continue
    changes++
    const at = pick(text.length)
    const end = at + pick(Math.min(400, text.length))
    const inserted = ['', '(', '{', '#if X\n', '"', '*/', 'struct {', '##', '\\'][pick(9)] ?? ''
    attempt(file, `${at} to ${end} replaced by "${inserted}"`, text.slice(0, at) + inserted + text.slice(end))
    attempt(file, `cut at ${at}`, text.slice(0, at))
  }
  const mb = bytes / 1e6
  console.log(
    `${root}: ${files.length} files, ${mb.toFixed(1)} MB, ${(wholeMs / 1000).toFixed(1)} s of processor time, ${(wholeMs / mb).toFixed(0)} ms/MB; ${names} names, ${known} known; ${changes} files changed and cut`,
  )
  for (const {file, ms, size} of slow.sort((a, b) => b.ms - a.ms).slice(0, 5)) console.log(`  ${ms.toFixed(0)} ms ${size} bytes ${file}`)
}
console.log(`${failures} failures`)
if (failures > 0) process.exitCode = 1
