// Writes src/go/load/std/declarations.ts: the declarations of the standard library that stand in for a GOROOT where there is none.
// Usage: npx tsx tools/std-declarations.ts [GOROOT]. Run it again when a new version of Go is out, and raise bundledGoVersion.
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {nameSatisfies} from '../src/go/load/file-name.ts'
import {constraintOf} from '../src/go/load/constraint-lines.ts'
import type {File} from '../src/go/syntax/ast.ts'
import {parseFile} from '../src/go/syntax/parse.ts'
import {fieldMark, gateMark, recordMark} from '../src/go/load/std/bundle.ts'
import {addPieces, isPublic, keepVisible, type Piece, type SourceUnit, type StdPackage} from './std-declarations/prune.ts'

/** The oldest Go whose programs are told apart by what the standard library had then. */
const oldestMinor = 22

function packagePaths(src: string, below = ''): string[] {
  return readdirSync(join(src, below), {withFileTypes: true})
    .filter(entry => entry.isDirectory() && !/^[._]|^testdata$/.test(entry.name) && !(below === '' && entry.name === 'cmd'))
    .flatMap(entry => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return [path, ...packagePaths(src, path)]
    })
}

const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1') // an index is a byte offset

function importsOf(file: File, packageNames: ReadonlyMap<string, string>): Map<string, string> {
  const imports = new Map<string, string>()
  for (const spec of file.imports) {
    if (spec.name?.name === '.') continue
    const written = spec.path.value.slice(1, -1)
    const vendored = packageNames.has(`vendor/${written}`) ? `vendor/${written}` : written
    imports.set(spec.name?.name ?? packageNames.get(vendored) ?? written.slice(written.lastIndexOf('/') + 1), vendored)
  }
  return imports
}

function readPackages(src: string): Map<string, StdPackage> {
  const sources = new Map<string, {path: string; name: string; text: string; file: File}[]>()
  const packageNames = new Map<string, string>()
  for (const path of packagePaths(src)) {
    const names = readdirSync(join(src, path)).filter(name => name.endsWith('.go') && !name.endsWith('_test.go') && !/^[._]/.test(name))
    for (const name of names.sort()) {
      const bytes = readFileSync(join(src, path, name))
      const {file, errors} = parseFile(bytes, {declarationsOnly: true})
      if (errors.length > 0) throw new Error(`${path}/${name}: ${errors[0]?.message ?? ''}`)
      const text = decode(bytes)
      const found = constraintOf(text.slice(0, file.package))
      const ignored = found.kind === 'all' && found.constraints.some(each => each.kind === 'tag' && each.tag === 'ignore')
      if (ignored || file.name.name === 'documentation') continue
      sources.set(path, [...(sources.get(path) ?? []), {path, name, text, file}])
      packageNames.set(path, file.name.name)
    }
  }
  const packages = new Map<string, StdPackage>()
  for (const [path, files] of sources) {
    const units = files.map((each): SourceUnit => ({
      ...each,
      imports: importsOf(each.file, packageNames),
      dotImports: each.file.imports.flatMap(spec => (spec.name?.name === '.' ? [spec.path.value.slice(1, -1)] : [])),
      pieces: [],
    }))
    const owner: StdPackage = {path, units, byName: new Map(), methods: new Map(), hiddenMethods: new Set()}
    for (const unit of units) addPieces(owner, unit)
    packages.set(path, owner)
  }
  return packages
}

/** `path.Name` and `path.Type.Method` → minor version of the Go that brought it, from GOROOT/api. */
function sinceTable(goroot: string): Map<string, number> {
  const since = new Map<string, number>()
  for (let minor = oldestMinor + 1; existsSync(join(goroot, `api/go1.${minor}.txt`)); minor++)
    for (const line of readFileSync(join(goroot, `api/go1.${minor}.txt`), 'utf8').split('\n')) {
      const method = /^pkg (\S+)(?: \([^)]*\))?, method \(\*?(\w+)(?:\[[^\]]*\])?\) (\w+)/.exec(line)
      const other = /^pkg (\S+)(?: \([^)]*\))?, (?:func|var|const|type) (\w+)/.exec(line)
      const member = /, type \w+ (?:struct|interface), /.test(line) // a field or method of an older type
      const name = method ? `${method[1]}.${method[2]}.${method[3]}` : other && !member ? `${other[1]}.${other[2]}` : undefined
      if (name !== undefined && !since.has(name)) since.set(name, minor)
    }
  return since
}

/** The text of a piece without comments, cuts and indentation. */
function textOf({file, start, end, prefix, cuts}: Piece): string {
  const comments = file.file.comments.flatMap(group => group.list)
  const holes = [
    ...cuts,
    ...comments
      .filter(comment => comment.pos >= start && comment.end <= end)
      .map(({pos, end: stop, text}) => ({start: pos, end: stop, instead: text.includes('\n') ? '\n' : ' '})),
  ].sort((a, b) => a.start - b.start)
  let text = prefix
  let at = start
  for (const hole of holes) {
    if (hole.start < at) continue
    text += file.text.slice(at, hole.start) + hole.instead
    at = hole.end
  }
  text += file.text.slice(at, end)
  return text.includes('`')
    ? text.trim()
    : text
        .replaceAll(/[ \t]+$/gm, '')
        .replaceAll(/\n\s*\n/g, '\n')
        .replaceAll(/^[ \t]+/gm, '')
        .replaceAll(/[ \t]{2,}/g, ' ')
        .trim()
}

function textOfUnit(unit: SourceUnit, kept: readonly Piece[], since: ReadonlyMap<string, number>): string {
  const pieces = kept.map(piece => {
    const gates = piece.names.map(name => since.get(`${unit.path}.${name}`) ?? 0)
    const gate = Math.min(...gates)
    return (gate > 0 ? `${gateMark}${gate} ` : '') + textOf(piece)
  })
  const all = pieces.join('\n')
  const imports = [...unit.imports]
    .filter(([name]) => name === 'C' || (name !== '_' && new RegExp(`(?<![\\w.])${name}\\.`).test(all))) // "C" decides whether the file takes part
    .map(([name, path]) => {
      const written = path.replace(/^vendor\//, '')
      return written.endsWith(`/${name}`) || written === name ? JSON.stringify(written) : `${name} ${JSON.stringify(written)}`
    })
    .concat(unit.dotImports.map(path => `. ${JSON.stringify(path)}`))
  const constraint = /^\/\/go:build .*$/m.exec(unit.text.slice(0, unit.file.package))?.[0]
  const head = `${constraint === undefined ? '' : `${constraint}\n\n`}package ${unit.file.name.name}\n${imports.length === 0 ? '' : `import (${imports.join(';')})\n`}`
  return [head, ...pieces].join(fieldMark)
}

const goroot = process.argv[2] ?? execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
const version = /^go1\.\d+/.exec(readFileSync(join(goroot, 'VERSION'), 'utf8'))?.[0] ?? ''
const packages = readPackages(join(goroot, 'src'))
keepVisible(packages)
const since = sinceTable(goroot)
const records: string[] = []
for (const path of [...packages.keys()].sort()) {
  const units = packages.get(path)?.units ?? []
  const used = units.map(unit => ({unit, kept: unit.pieces.filter(piece => piece.kept)})).filter(({kept}) => kept.length > 0)
  if (used.length === 0 && !isPublic(path)) continue
  // A package is there on every platform on which it has a file, if only one with a package clause.
  const everywhere = (unit: SourceUnit) =>
    nameSatisfies(unit.name, () => false) && !/^\/\/go:build /m.test(unit.text.slice(0, unit.file.package))
  const clause = units.find(everywhere)
  if (clause !== undefined && !used.some(({unit}) => everywhere(unit))) used.push({unit: clause, kept: []})
  for (const {unit, kept} of used) records.push(`${path}/${unit.name}${fieldMark}${textOfUnit(unit, kept, since)}`)
}
const plain = Buffer.from(records.join(recordMark), 'latin1')
const packed = gzipSync(plain, {level: 9})
const root = fileURLToPath(new URL('..', import.meta.url))
mkdirSync(join(root, 'src/go/load/std'), {recursive: true})
writeFileSync(
  join(root, 'src/go/load/std/declarations.ts'),
  `// Declarations of the standard library of ${version}, gzip in base64. Written by tools/std-declarations.ts from GOROOT/src and GOROOT/api,
// which are Copyright The Go Authors, BSD-3-Clause (https://go.dev/LICENSE). Not to be edited.
export const declarationsOf = '${version}'
export const declarations = '${packed.toString('base64')}'
`,
)
console.log(`${version}: ${records.length} files, ${(plain.length / 1e6).toFixed(2)} MB, packed ${(packed.length / 1e6).toFixed(2)} MB`)
