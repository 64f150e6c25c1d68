// `npm run conformance -- cgo`: the model of C against `go tool cgo` and against DWARF and data of what the C compiler makes of the same preambles,
// over the cgo packages of real modules. A code base whose library is not on the machine is skipped by name. Exits 1 when anything known differs.
import {execFileSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {buildCgoOracle} from './cgo-claims.ts'
import {type CgoPackage, compareCgo, comparePackageClaims, generatedTypes, readCgoPackage} from './cgo.ts'
import {moduleDirectory} from './modules.ts'

interface CodeBase {
  readonly module: string
  /** The package's folder in the module. */
  readonly folder?: string
  readonly tags?: string
  /** What a Debian machine installs for it. */
  readonly library?: string
}

/** Pinned; versions fit the libraries of Debian 12. */
const codeBases: readonly CodeBase[] = [
  {module: 'github.com/mattn/go-sqlite3@v1.14.53'},
  {module: 'github.com/libgit2/git2go/v34@v34.0.0', library: 'libgit2-dev'},
  {module: 'gocv.io/x/gocv@v0.41.0', tags: 'customenv'}, // its C headers need no OpenCV; only its C++ does
  {module: 'github.com/golang-fips/openssl/v2@v2.0.3', library: 'libssl-dev'},
  {module: 'github.com/goccy/go-graphviz@v0.1.3', folder: 'internal/ccall'},
  {module: 'github.com/libp2p/go-openssl@v0.1.0', library: 'libssl-dev'},
  {module: 'github.com/davidbyttow/govips/v2@v2.16.0', folder: 'vips', library: 'libvips-dev'},
]

interface Row {
  readonly name: string
  readonly headers: boolean
  readonly used: ReturnType<typeof compareCgo>
  readonly claims: ReturnType<typeof comparePackageClaims>
}

const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)
const count = (value: number) => value.toLocaleString('en-US')

function page(rows: readonly Row[], skipped: readonly string[], versions: string): string {
  const usedRow = ({name, used}: Row) => {
    const all = used.equal + used.partly.length + used.wrong.length + used.unknown.length
    return `| ${name} | ${all} | ${used.equal} | ${used.partly.length} | ${used.wrong.length} | ${used.unknown.length} | ${percent(used.unknown.length, all)} |`
  }
  const claimRow = ({name, claims}: Row) =>
    `| ${name} | ${count(claims.equal + claims.different.length)} | ${count(claims.equal)} | ${claims.different.length} | ${count(claims.unknown.length)} |`
  const usedHead =
    '| package | names | equal | partly known, equal | different | unknown | share unknown |\n|---|---:|---:|---:|---:|---:|---:|'
  const claimHead = '| package | claims | equal | different | declared, nothing said |\n|---|---:|---:|---:|---:|'
  const [absent, present] = [rows.filter(row => !row.headers), rows.filter(row => row.headers)]
  return `# C without a C compiler: the model against cgo and the compiler

Written by \`npm run conformance -- cgo\` with ${versions}.

**Names the Go files use** and every type reachable from them, as \`go tool cgo\` writes them into \`_cgo_gotypes.go\`: Go types with fields and padding,
signatures, constants, variables. "Partly known": a signature or struct that names types of absent headers and is equal in everything else.

Headers absent, as on a reviewer's machine; only preambles and the package's folder are read, which is what \`check\` does:

${usedHead}
${absent.map(usedRow).join('\n')}

With the machine's headers, as \`guard cgo --init\` reads them (no other command looks outside the package):

${usedHead}
${present.map(usedRow).join('\n')}

**Everything the model says of a preamble**, used or not, against gcc: each type, layout (offsets in bits, bit-fields included), prototype, enumerator, macro and
variable becomes a probe in the same translation unit; DWARF and data of the object file are the truth (\`tools/conformance/cgo-oracle\`). A claim that does not
compile counts as different. What stands for the C library's headers is among the claims.

Headers absent:

${claimHead}
${absent.map(claimRow).join('\n')}

With the machine's headers:

${claimHead}
${present.map(claimRow).join('\n')}

${skipped.length === 0 ? 'No code base was skipped.' : `Skipped, because the library is not on this machine: ${skipped.join('; ')}.`}
`
}

function packageOf({module, folder, tags, library}: CodeBase): CgoPackage | string {
  const directory = moduleDirectory(module)
  if (directory === undefined) return `${module} (not available from the module proxy)`
  try {
    return readCgoPackage(join(directory, folder ?? ''), tags)
  } catch {
    return `${module} (needs ${library ?? 'a library'})`
  }
}

const version = (command: string, args: readonly string[]) => execFileSync(command, args, {encoding: 'utf8'}).split('\n')[0] ?? ''
const folder = join(fileURLToPath(new URL('../../', import.meta.url)), 'docs/conformance')
mkdirSync(folder, {recursive: true})
/** After each code base, so that an interrupted run leaves what it has. */
const write = () =>
  writeFileSync(join(folder, 'cgo.md'), page(rows, skipped, `${version('go', ['version'])} and ${version('cc', ['--version'])}`))

const rows: Row[] = []
const skipped: string[] = []
const oracle = buildCgoOracle()
try {
  for (const base of codeBases) {
    const name = base.module
    const pkg = packageOf(base)
    if (typeof pkg === 'string') {
      skipped.push(pkg)
      console.log(`skipped: ${pkg}`)
      continue
    }
    let generated: string | undefined
    for (const headers of [false, true]) {
      try {
        generated ??= generatedTypes(pkg)
        const row = {name, headers, used: compareCgo(pkg, headers, generated), claims: comparePackageClaims(pkg, headers, oracle.path)}
        rows.push(row)
        write()
        const {used, claims} = row
        console.log(
          `${name}${headers ? ' with headers' : ''}: used ${used.equal} equal, ${used.partly.length} partly, ${used.unknown.length} unknown, ${used.wrong.length} different; claims ${claims.equal} equal, ${claims.different.length} different, ${claims.unknown.length} unknown`,
        )
        for (const {name: what, ours, theirs} of [...used.wrong, ...claims.different].slice(0, 50))
          console.log(`  different ${what}\n    ours   ${ours.slice(0, 400)}\n    theirs ${theirs.slice(0, 400)}`)
      } catch (error) {
        skipped.push(`${name}${headers ? ' with headers' : ''} (it does not compile here)`)
        console.log(`skipped: ${name}: ${String(error).slice(0, 1000)}`)
        break
      }
    }
  }
} finally {
  oracle.remove()
}
write()
if (rows.some(({used, claims}) => used.wrong.length + claims.different.length > 0)) process.exitCode = 1
