// Compares what go/cgo says of C names with what `go tool cgo` makes of them, which has a C compiler and its headers: types with their fields
// and padding, signatures, constants. Known and different is wrong; partly known is equal in all that is known; unknown is counted apart.
//   npx tsx tools/conformance/cgo.ts [--headers] DIR…
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, relative, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {type CNames, type CPreamble, readCNames} from '../../src/go/cgo/c-names.ts'
import {type GoType, goDeclaration, goSignature, goTypeOf} from '../../src/go/cgo/go-view.ts'
import {type CPlatform, platformOf} from '../../src/go/cgo/platform.ts'
import {commentText, definesOf, readCgoText} from '../../src/go/cgo/preamble.ts'
import {quote} from '../../src/go/types/constant/constant.ts'
import {type ClaimComparison, compareClaims, type Different} from './cgo-claims.ts'

export interface CgoComparison {
  readonly equal: number
  /** Signatures and structs with types of absent headers in them, equal in everything else. */
  readonly partly: readonly string[]
  readonly unknown: readonly string[]
  readonly wrong: readonly Different[]
}

/** The preamble of a Go file by its text alone: the comments right before `import "C"`. */
function preambleOf(text: string): string {
  const match = /((?:\/\*(?:[^*]|\*(?!\/))*\*\/\s*|\/\/[^\n]*\n)+)import "C"/.exec(text)
  return [...(match?.[1] ?? '').matchAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g)].map(([comment]) => commentText(comment)).join('\n')
}

interface Listed {
  readonly Dir: string
  readonly CgoFiles?: readonly string[]
  readonly CgoCFLAGS?: readonly string[]
  readonly CgoCPPFLAGS?: readonly string[]
  readonly CgoPkgConfig?: readonly string[]
}

/** A cgo package of the machine, for both sides of the comparison. */
export interface CgoPackage {
  readonly dir: string
  readonly files: readonly string[]
  readonly preambles: readonly CPreamble[]
  readonly withheld: readonly string[]
  readonly platform: CPlatform
  /** For the compiler, those of pkg-config included. */
  readonly flags: readonly string[]
  /** For the model: what a reviewer's machine knows, which has no pkg-config. */
  readonly ownFlags: readonly string[]
}

/** Throws when a library that pkg-config must know is not there. */
export function readCgoPackage(dir: string, tags = ''): CgoPackage {
  const fields = '-json=Dir,CgoFiles,CgoCFLAGS,CgoCPPFLAGS,CgoPkgConfig'
  const modules = execFileSync('go', ['env', 'GOMOD'], {cwd: dir, encoding: 'utf8'}).trim() !== '/dev/null'
  const env = {...process.env, CGO_ENABLED: '1', GOWORK: 'off', ...(modules ? {GOFLAGS: '-mod=mod'} : {GO111MODULE: 'off', GOFLAGS: ''})}
  const answer = execFileSync('go', ['list', '-e', '-find', '-tags', tags, fields, '.'], {cwd: dir, encoding: 'utf8', env})
  const listed = JSON.parse(answer) as Listed
  const files = listed.CgoFiles ?? []
  const texts = new Map(
    readdirSync(dir)
      .filter(file => file.endsWith('.go') && !file.endsWith('_test.go'))
      .map(file => [file, readCgoText(preambleOf(readFileSync(join(dir, file), 'utf8')), () => false)]),
  )
  const own = [...(listed.CgoCPPFLAGS ?? []), ...(listed.CgoCFLAGS ?? [])]
  const wanted = listed.CgoPkgConfig ?? []
  const packaged = wanted.length === 0 ? '' : execFileSync('pkg-config', ['--cflags', ...wanted], {encoding: 'utf8'})
  return {
    dir: resolve(dir),
    files,
    preambles: files.map(file => ({file, text: texts.get(file)?.text ?? ''})),
    // What #cgo lines of files that are left out would define is certainly not defined.
    withheld: [...texts].flatMap(([file, read]) => [...read.withheld, ...(files.includes(file) ? [] : definesOf(read.cflags))]),
    platform: platformOf('linux', goarch()),
    flags: [`-I${resolve(dir)}`, ...own, ...packaged.split(/\s+/).filter(flag => flag !== '')],
    ownFlags: own.map(flag => (flag.startsWith(`-I${resolve(dir)}`) ? `-I${relative(dir, flag.slice(2))}` : flag)),
  }
}

const goEnv = (name: string) => execFileSync('go', ['env', name], {encoding: 'utf8'}).trim()

/** Folders the C compiler looks into by itself. */
function systemFolders(): string[] {
  const {stderr} = spawnSync('cc', ['-E', '-Wp,-v', '-'], {input: '', encoding: 'utf8'})
  return stderr
    .slice(stderr.indexOf('<...>'))
    .split('\n')
    .filter(line => line.startsWith(' /'))
    .map(line => line.trim())
}

/** `headers`: with the machine's own headers, as `guard cgo --init` reads them; else only what the package's folder has, as `check` does. */
export function modelOf(pkg: CgoPackage, headers: boolean, preambles: readonly CPreamble[] = pkg.preambles): CNames {
  return readCNames({
    platform: pkg.platform,
    withheld: pkg.withheld,
    preambles,
    flags: headers ? [...pkg.flags, ...systemFolders().map(folder => `-I${folder}`)] : pkg.ownFlags,
    readFile: path => {
      try {
        if (!headers && (path.startsWith('/') || path.startsWith('..'))) return undefined
        return readFileSync(resolve(pkg.dir, path), 'utf8')
      } catch {
        return undefined
      }
    },
  })
}

/** What cgo writes of the package: `_cgo_gotypes.go`. */
export function generatedTypes(pkg: CgoPackage): string {
  const out = mkdtempSync(join(tmpdir(), 'cgo-'))
  try {
    execFileSync(join(goEnv('GOTOOLDIR'), 'cgo'), ['-objdir', out, '--', ...pkg.flags, ...pkg.files], {
      cwd: pkg.dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {...process.env, CGO_ENABLED: '1', GOROOT: goEnv('GOROOT')},
    })
    return readFileSync(join(out, '_cgo_gotypes.go'), 'utf8')
  } finally {
    rmSync(out, {recursive: true})
  }
}

export const compareCgo = (pkg: CgoPackage, headers: boolean, generated = generatedTypes(pkg)): CgoComparison =>
  compareWith(modelOf(pkg, headers), generated, pkg.platform)

/** Every claim about every preamble of the package, each once. */
export function comparePackageClaims(pkg: CgoPackage, headers: boolean, oracle: string): ClaimComparison {
  const seen = new Set<string>()
  const unknown = new Set<string>()
  const known = new Set<string>()
  const different: Different[] = []
  let equal = 0
  for (const preamble of new Map(pkg.preambles.map(one => [one.text, one])).values()) {
    const names = modelOf(pkg, headers, [preamble])
    const compared = compareClaims({...pkg, oracle, text: preamble.text, names, seen})
    equal += compared.equal
    different.push(...compared.different)
    for (const name of compared.unknown) unknown.add(name)
    for (const name of compared.known) known.add(name)
  }
  return {equal, different, unknown: [...unknown].filter(name => !known.has(name)), known: [...known]}
}

const goarch = () => ({x64: 'amd64', arm64: 'arm64', ia32: '386'})[process.arch as 'x64' | 'arm64' | 'ia32'] ?? 'amd64'

interface Theirs {
  readonly types: ReadonlyMap<string, {readonly alias: boolean; readonly text: string}>
}

function compareWith(names: CNames, generated: string, platform: CPlatform): CgoComparison {
  let equal = 0
  const [partly, unknown]: [string[], string[]] = [[], []]
  const wrong: Different[] = []
  const judge = (name: string, ours: string | undefined, theirs: string) => {
    if (ours === undefined || ours === '?') unknown.push(name)
    else if (ours === theirs) equal++
    else if (ours.includes('?') && patternOf(ours).test(theirs)) partly.push(name)
    else wrong.push({name, ours, theirs})
  }
  const types = new Map<string, {alias: boolean; text: string}>()
  for (const [, name = '', alias, text = ''] of generated.matchAll(/^type _Ctype_(\w+) (= )?(struct \{[^]*?\n\}|struct \{\}|.*)$/gm))
    types.set(name, {alias: alias !== undefined, text})
  const theirs: Theirs = {types}
  for (const [name, {alias, text}] of types) {
    if (/___\d+$/.test(name) || name === 'void' || name === 'intgo' || name.startsWith('_Go')) continue
    judge(name, ourType(names, name, platform), canonTheirs(alias ? text : `${text}`, theirs, 0))
  }
  for (const [, kind, name = '', value = ''] of generated.matchAll(/^const _C([ifs])const_(\w+) = (.*)$/gm)) {
    const found = names.lookup(name)
    const ours =
      found.kind === 'integer'
        ? String(found.value)
        : found.kind === 'float'
          ? found.text
          : found.kind === 'string'
            ? quote(found.value)
            : undefined
    judge(name, ours, kind === 'i' ? integerText(value) : value)
  }
  for (const [, name = '', params = '', result = ''] of generated.matchAll(/^func _Cfunc_(\w+)\((.*?)\) \(r1 (.*)\) \{$/gm)) {
    const wanted = params
      .split(', ')
      .filter(part => part !== '')
      .map(part => canonTheirs(part.replace(/^p\d+ /, ''), theirs, 0))
    judge(`${name}()`, ourSignature(names, name, platform), `(${wanted.join(', ')}) ${canonTheirs(result, theirs, 0)}`)
  }
  for (const [, name = '', text = ''] of generated.matchAll(/^func _Cmacro_(\w+)\(\) \(r1 (.*?)\) \{/gm)) {
    const found = names.lookup(name)
    const ours = found.kind === 'expression' ? canonOurs(goTypeOf(found.type, platform), platform, 0) : undefined
    judge(name, ours, canonTheirs(text, theirs, 0))
  }
  for (const [, name = '', text = ''] of generated.matchAll(/^var _Cvar_(\w+) \*(\S+) = /gm)) {
    const found = names.lookup(name)
    judge(
      name,
      found.kind === 'variable' ? canonOurs(goTypeOf(found.type, platform), platform, 0) : undefined,
      canonTheirs(text, theirs, 0),
    )
  }
  return {equal, partly, unknown, wrong}
}

/** What fits with any type in place of each unknown one. */
const patternOf = (ours: string) =>
  new RegExp(
    `^${ours
      .split('?')
      .map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.+')}$`,
    's',
  )

/** cgo copies character macros as they are. */
function integerText(value: string): string {
  if (value.startsWith("'"))
    return String(value.length === 3 ? value.charCodeAt(1) : value === "'\\n'" ? 10 : value === "'\\0'" ? 0 : Number.NaN)
  return String(value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value))
}

function ourType(names: CNames, name: string, platform: CPlatform): string | undefined {
  const found = names.lookup(name)
  if (found.kind !== 'type') return undefined
  const declared = goDeclaration(name, found.type, platform)
  // A macro that names a type is an alias of it.
  const macro = found.type.kind !== 'typedef' && !/^(?:struct|union|enum)_/.test(name) && declared.type.kind === 'basic'
  const reference = goTypeOf(found.type, platform)
  if (macro && reference.kind === 'name' && reference.name !== name) return canonOurs(reference, platform, 0)
  return canonOurs(declared.type, platform, 0)
}

function ourSignature(names: CNames, name: string, platform: CPlatform): string | undefined {
  const found = names.lookup(name)
  if (found.kind !== 'function') return undefined
  const signature = goSignature(found.declaration.type, platform)
  return `(${signature.params.map(param => canonOurs(param.type, platform, 0)).join(', ')}) ${canonOurs(signature.result, platform, 0)}`
}

const depthMax = 40

/** A type with aliases resolved and unnamed structs written out, so that both sides read the same. */
function canonOurs(type: GoType, platform: CPlatform, depth: number): string {
  if (depth > depthMax) return '…'
  switch (type.kind) {
    case 'pointer':
      return `*${canonOurs(type.to, platform, depth + 1)}`
    case 'array':
      return `[${type.length}]${canonOurs(type.of, platform, depth + 1)}`
    case 'struct':
      return `struct{${type.fields.map(field => `${field.name} ${canonOurs(field.type, platform, depth + 1)}`).join(';')}}`
    case 'name': {
      if (type.name === 'void') return 'void'
      const declared = goDeclaration(type.name, type.type, platform)
      const unnamed = /^(?:struct|union)___/.test(type.name)
      // A struct whose content is unknown still has its name.
      if (declared.type.kind === 'unknown')
        return type.type.kind === 'record' && type.type.record.kind === 'struct' && !unnamed ? type.name : '?'
      return declared.alias || unnamed ? canonOurs(declared.type, platform, depth + 1) : type.name
    }
    case 'basic':
      return type.name
    case 'unsafePointer':
      return 'unsafe.Pointer'
    case 'incomplete':
      return '_cgopackage.Incomplete'
    default:
      return '?'
  }
}

function canonTheirs(text: string, theirs: Theirs, depth: number): string {
  if (depth > depthMax) return '…'
  if (text.startsWith('*')) return `*${canonTheirs(text.slice(1), theirs, depth + 1)}`
  const array = /^\[(\d+)\](.*)$/s.exec(text)
  if (array !== null) return `[${array[1]}]${canonTheirs(array[2] ?? '', theirs, depth + 1)}`
  if (text.startsWith('struct {')) {
    const lines = text
      .slice(8, -1)
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
    const fields = lines.map(line => {
      const [name = '', ...type] = line.split(/\s+/)
      return `${name} ${canonTheirs(type.join(' '), theirs, depth + 1)}`
    })
    return `struct{${fields.join(';')}}`
  }
  if (!text.startsWith('_Ctype_')) return text
  const name = text.slice(7)
  const declared = theirs.types.get(name)
  if (name === 'void' || declared === undefined) return name
  return declared.alias || /___\d+$/.test(name) ? canonTheirs(declared.text, theirs, depth + 1) : name
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const headers = process.argv.includes('--headers')
  for (const dir of process.argv.slice(2).filter(word => word !== '--headers')) {
    const {equal, partly, unknown, wrong} = compareCgo(readCgoPackage(dir), headers)
    const all = equal + partly.length + wrong.length + unknown.length
    console.log(`${dir}: ${all} names, ${equal} equal, ${partly.length} partly known, ${wrong.length} wrong, ${unknown.length} unknown`)
    for (const {name, ours, theirs} of wrong.slice(0, 40)) console.log(`  wrong ${name}\n    ours   ${ours}\n    theirs ${theirs}`)
    if (partly.length > 0) console.log(`  partly: ${partly.slice(0, 60).join(' ')}`)
    if (unknown.length > 0) console.log(`  unknown: ${unknown.slice(0, 200).join(' ')}`)
    if (wrong.length > 0) process.exitCode = 1
  }
}
