#!/usr/bin/env node
// The tool of `go vet -vettool=$(npx gotriage vettool)`: answers what the go command asks of every tool before anything else is loaded.
// Protocol: golang.org/x/tools/go/analysis/unitchecker (Main, Run) and cmd/go/internal/work (toolID, buildVetConfig, vet), Go 1.21 to 1.26.
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

const words = process.argv.slice(2)
const main = new URL('../dist/main.js', import.meta.url)

/** Flags of ours that go vet passes on: `go vet -vettool=… -preset=strict`. */
const flags = [
  {Name: 'preset', Bool: false, Usage: 'how many rules run: default, strict or all'},
  {Name: 'rules', Bool: false, Usage: 'only these rules, separated by commas'},
  {Name: 'config', Bool: false, Usage: 'gotriage.yaml to use; "none" for none'},
  {Name: 'json', Bool: true, Usage: 'emit JSON output'},
]

/**
 * The go command keeps results by this line. The name of every chunk holds a hash of its content, so the entry's content stands for all of it;
 * what gotriage.yaml says is part of the tool.
 */
function version() {
  const {version: number} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const hash = createHash('sha256').update(readFileSync(main))
  for (const name of ['gotriage.yaml', 'gotriage.api.yaml']) {
    const path = nearest(name)
    if (path !== undefined) hash.update(name).update(readFileSync(path))
  }
  return `gotriage-vet version ${number} buildID=${hash.digest('hex').slice(0, 40)}`
}

/** In the directory of the go command or above, up to the one with go.work, go.mod or .git. */
function nearest(name) {
  for (let dir = process.cwd(), up; ; dir = up) {
    if (existsSync(join(dir, name))) return join(dir, name)
    up = dirname(dir)
    if (up === dir || ['go.work', 'go.mod', '.git'].some(mark => existsSync(join(dir, mark)))) return undefined
  }
}

/**
 * What packages that import this one depend on besides its export data: bodies, which rules look into. The go command runs them again when this
 * has changed; it is made of the same of what this one imports. The standard library changes with the toolchain only.
 */
function facts({ModulePath, GoFiles = [], NonGoFiles = [], PackageVetx = {}}) {
  if (!ModulePath) return ''
  const hash = createHash('sha256')
  const imported = Object.keys(PackageVetx).sort()
  for (const file of [...GoFiles, ...NonGoFiles, ...imported.map(path => PackageVetx[path])])
    hash.update(createHash('sha256').update(readFileSync(file)).digest())
  return hash.digest('hex')
}

try {
  const unit = words.find(word => word.endsWith('.cfg'))
  if (words.includes('-V=full') || words.includes('--V=full')) console.log(version())
  else if (words.includes('-flags') || words.includes('--flags')) console.log(JSON.stringify(flags))
  else if (unit === undefined) {
    console.error('gotriage-vet: run it as go vet -vettool=$(npx gotriage vettool) ./...')
    process.exitCode = 2
  } else {
    const config = JSON.parse(readFileSync(unit, 'utf8'))
    if (config.VetxOutput) writeFileSync(config.VetxOutput, facts(config))
    if (config.VetxOnly) {
      // Nothing is reported of a package that is only imported.
    } else if (words.includes('-fix')) {
      console.error('gotriage-vet: go vet -fix is not answered; run gotriage check --fix')
      process.exitCode = 2
    } else {
      const passed = words.filter(word => /^--?(?:(?:preset|rules|config)=|json$)/.test(word)).map(word => word.replace(/^--?/, '--'))
      process.argv.splice(2, process.argv.length, 'vettool', '--unit', unit, ...passed)
      await import(main.href)
    }
  }
} catch (error) {
  const unbuilt =
    error?.code === 'ENOENT' && String(error.path).includes('dist') ? ' (not built yet: run "npm run build" in the checkout)' : ''
  console.error(`gotriage-vet: ${error?.message ?? error}${unbuilt}`)
  process.exitCode = 2
}
