// Compares everything go/cgo says of a preamble (types, layouts, prototypes, constants; used by the Go files or not) with what a C compiler makes
// of the same text: each claim becomes a probe, a variable of a known name, and tools/conformance/cgo-oracle reads type and value of the probes from
// the object file. A claim that does not even compile is different.
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {CName, CNames} from '../../src/go/cgo/c-names.ts'
import {type CEnum, type CRecord, type CType, stripTypedefs} from '../../src/go/cgo/c-type.ts'
import {integerBytes, isUnsigned} from '../../src/go/cgo/constant-expression.ts'
import {enumShape, layoutOf, recordLayout} from '../../src/go/cgo/layout.ts'
import type {CPlatform} from '../../src/go/cgo/platform.ts'

export interface Different {
  readonly name: string
  readonly ours: string
  readonly theirs: string
}
export interface ClaimComparison {
  readonly equal: number
  readonly different: readonly Different[]
  /** Names the text declares or defines of which nothing is said. */
  readonly unknown: readonly string[]
  /** Names of claims that were compared before, in another preamble, or now. */
  readonly known: readonly string[]
}

const oracleDir = fileURLToPath(new URL('cgo-oracle', import.meta.url))

/** Builds the oracle into a fresh directory; the caller removes it. */
export function buildCgoOracle(): {readonly path: string; remove(): void} {
  const dir = mkdtempSync(join(tmpdir(), 'cgo-oracle-'))
  const path = join(dir, 'cgo-oracle')
  execFileSync('go', ['build', '-o', path, '.'], {
    cwd: oracleDir,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {...process.env, GOWORK: 'off', GOFLAGS: ''},
  })
  return {path, remove: () => rmSync(dir, {recursive: true})}
}

interface Claim {
  readonly name: string
  /** The letter of the oracle. */
  readonly kind: 't' | 'l' | 'k' | 's' | 'd'
  readonly ours: string
  /** The declaration, with `%` for the probe's name. */
  readonly probe: string
}

export interface ClaimRequest {
  readonly oracle: string
  /** C text as cgo has it: a preamble without #cgo lines. */
  readonly text: string
  /** The model of this text alone. */
  readonly names: CNames
  readonly platform: CPlatform
  /** For the compiler: -I, -D, -m32, … */
  readonly flags: readonly string[]
  readonly dir: string
  /** Claims that were compared before and are not again; grows. */
  readonly seen: Set<string>
}

/** What cmd/cgo puts in front of every preamble (builtinProlog), as far as it declares types. */
const prolog = '#include <stddef.h>\ntypedef struct { const char *p; ptrdiff_t n; } _GoString_;\n'

export function compareClaims(request: ClaimRequest): ClaimComparison {
  const {names, platform} = request
  const claims: Claim[] = []
  const [unknown, known]: [string[], string[]] = [[], []]
  for (const name of declaredNames(names)) {
    const claim = claimOf(name, names.lookup(name), platform)
    if (claim === undefined) unknown.push(name)
    else {
      known.push(name)
      const key = `${name} ${claim.kind} ${claim.ours}`
      if (!request.seen.has(key)) claims.push(claim)
      request.seen.add(key)
    }
  }
  if (claims.length === 0) return {equal: 0, different: [], unknown, known}
  const scratch = mkdtempSync(join(tmpdir(), 'cgo-claims-'))
  try {
    const {refused, answers} = compile(request, claims, scratch)
    const different: Different[] = []
    let equal = 0
    for (const [i, claim] of claims.entries()) {
      const theirs = refused.get(i) ?? answers[`${claim.kind}_${i}`] ?? 'not in the object file'
      if (theirs === claim.ours) equal++
      else different.push({name: claim.name, ours: claim.ours, theirs})
    }
    return {equal, different, unknown, known}
  } finally {
    rmSync(scratch, {recursive: true})
  }
}

function declaredNames(names: CNames): string[] {
  const found = new Set<string>()
  for (const {declarations, source} of names.units) {
    for (const table of [declarations.typedefs, declarations.functions, declarations.members, declarations.variables])
      for (const name of table.keys()) found.add(name)
    for (const [name, {params}] of source.macros) if (params === undefined) found.add(name)
    for (const {kind, tag, fields} of declarations.records.values())
      if (tag !== undefined && fields !== undefined) found.add(`${kind}_${tag}`)
    for (const {tag, members} of declarations.enums.values()) if (tag !== undefined && members !== undefined) found.add(`enum_${tag}`)
  }
  return [...found].filter(name => !/^_Go(?:String|Bytes)/.test(name))
}

function claimOf(name: string, found: CName, platform: CPlatform): Claim | undefined {
  switch (found.kind) {
    case 'type': {
      const {type} = found
      if (type.kind === 'record' || type.kind === 'enum') {
        const tag = type.kind === 'record' ? type.record.tag : type.enumeration.tag
        const word = type.kind === 'record' ? type.record.kind : 'enum'
        const ours = contentOf(type, platform)
        return tag === undefined || ours === undefined ? undefined : {name, kind: 'l', ours, probe: `${word} ${tag} *%;`}
      }
      const ours = shapeOf(type, platform)
      return ours === undefined ? undefined : {name, kind: 't', ours, probe: `__typeof__(${name}) *%;`}
    }
    case 'function': {
      const ours = shapeOf(found.declaration.type, platform)
      return ours === undefined ? undefined : {name, kind: 't', ours, probe: `__typeof__(${name}) *%;`}
    }
    case 'expression':
    case 'variable': {
      const ours = shapeOf(found.type, platform)
      return ours === undefined ? undefined : {name, kind: 't', ours, probe: `__typeof__(${name}) *%;`}
    }
    case 'integer':
      return {name, kind: 'k', ours: String(BigInt.asIntN(64, found.value)), probe: `long long % = (long long)(${name});`}
    case 'float':
      return {name, kind: 'd', ours: found.text, probe: `double % = (double)(${name});`}
    case 'string': {
      const bytes = Buffer.from(found.value, 'latin1')
      return {name, kind: 's', ours: `${bytes.toString('hex')}00`, probe: `const char %[] = ${name};`}
    }
    default:
      return undefined
  }
}

const depthMax = 60

/** A type in the words of the oracle; undefined when a part of it is unknown. */
export function shapeOf(type: CType, platform: CPlatform, depth = 0): string | undefined {
  if (depth > depthMax) return undefined
  const t = stripTypedefs(type)
  switch (t.kind) {
    case 'void':
      return 'void'
    case 'bool':
      return 'bool1'
    case 'integer':
      return `${isUnsigned(t.name, platform) ? 'u' : ''}int${integerBytes(t.name, platform)}`
    case 'floating':
      return `float${layoutOf(t, platform)?.size ?? 0}`
    case 'complex': {
      const size = layoutOf(t, platform)?.size
      return size === undefined ? undefined : `complex${size}`
    }
    case 'pointer': {
      const to = shapeOf(t.to, platform, depth + 1)
      return to === undefined ? undefined : `*${to}`
    }
    case 'array': {
      const of = shapeOf(t.of, platform, depth + 1)
      if (of === undefined || t.length === undefined) return undefined
      return t.length === 'open' || t.length === 0 ? `[]${of}` : `[${t.length}]${of}`
    }
    case 'function': {
      const params = t.params.map(param => shapeOf(param.type, platform, depth + 1))
      const result = shapeOf(t.result, platform, depth + 1)
      if (result === undefined || params.includes(undefined)) return undefined
      if (t.variadic || t.unspecified) params.push('...')
      return `func(${params.join(',')})${result}`
    }
    case 'record':
      return t.record.tag === undefined ? contentOf(t, platform, depth + 1) : `${t.record.kind} ${t.record.tag}`
    case 'enum':
      return t.enumeration.tag === undefined ? contentOf(t, platform, depth + 1) : `enum ${t.enumeration.tag}`
    default:
      return undefined
  }
}

function contentOf(type: CType & {kind: 'record' | 'enum'}, platform: CPlatform, depth = 0): string | undefined {
  return type.kind === 'record' ? recordText(type.record, platform, depth) : enumText(type.enumeration)
}

function recordText(record: CRecord, platform: CPlatform, depth: number): string | undefined {
  const layout = recordLayout(record, platform)
  if (layout === undefined) return undefined
  const fields: string[] = []
  for (const {field, bitOffset} of layout.fields) {
    if (field.bits !== undefined && field.name === undefined) continue // not in DWARF
    const shape = shapeOf(field.type, platform, depth + 1)
    if (shape === undefined) return undefined
    const width = typeof field.bits === 'number' ? `:${field.bits}` : ''
    fields.push(`${field.name ?? ''}@${bitOffset}${width} ${shape}`)
  }
  return `${record.kind}{${layout.size};${fields.join(';')}}`
}

function enumText(enumeration: CEnum): string | undefined {
  const shape = enumShape(enumeration)
  const members = enumeration.members?.map(({name, value}) => `${name}=${value}`)
  return shape === undefined || members === undefined ? undefined : `enum{${shape.bytes};${members.join(';')}}`
}

const roundsMax = 12

/** Compiles the text with the probes; those that the compiler refuses are left out one round after the other. */
function compile(
  request: ClaimRequest,
  claims: readonly Claim[],
  scratch: string,
): {refused: ReadonlyMap<number, string>; answers: Readonly<Record<string, string>>} {
  const refused = new Map<number, string>()
  const [source, object] = [join(scratch, 'claims.c'), join(scratch, 'claims.o')]
  for (let round = 0; round < roundsMax; round++) {
    const probes = claims.map(({probe, kind}, i) => (refused.has(i) ? '' : probe.replace('%', `gotriage_${kind}_${i}`)))
    writeFileSync(source, `${prolog}# 1 "preamble"\n${request.text}\n# 1 "gotriage-claims"\n${probes.join('\n')}\n`)
    const flags = ['-g', '-O0', '-w', '-fmax-errors=0', ...request.flags, '-c', '-o', object, source]
    const {status, stderr} = spawnSync('cc', flags, {cwd: request.dir, encoding: 'utf8', maxBuffer: 1 << 28})
    if (status === 0) {
      const answers = execFileSync(request.oracle, [object], {encoding: 'utf8', maxBuffer: 1 << 28})
      return {refused, answers: JSON.parse(answers) as Record<string, string>}
    }
    const before = refused.size
    for (const [, line = '0', message = ''] of stderr.matchAll(/^gotriage-claims:(\d+):\d+: (.*)$/gm))
      if (!refused.has(Number(line) - 1)) refused.set(Number(line) - 1, message)
    if (refused.size === before) throw new Error(`the C compiler rejects the preamble itself:\n${stderr.slice(0, 2000)}`)
  }
  throw new Error('the C compiler finds new errors in every round')
}
