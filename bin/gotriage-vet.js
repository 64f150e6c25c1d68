#!/usr/bin/env node
// The tool of `go vet -vettool=$(npx gotriage vettool)`: answers what the go command asks of every tool before anything else is loaded.
// Protocol: golang.org/x/tools/go/analysis/unitchecker (Main, Run) and cmd/go/internal/work (toolID, buildVetConfig, vet), Go 1.21 to 1.26.
import {createHash} from 'node:crypto'
import {readFileSync, writeFileSync} from 'node:fs'

const words = process.argv.slice(2)
const main = new URL('../dist/main.js', import.meta.url)

/** Flags of ours that go vet passes on: `go vet -vettool=… -preset=strict`. */
const flags = [
  {Name: 'preset', Bool: false, Usage: 'how many rules run: default, strict or all'},
  {Name: 'rules', Bool: false, Usage: 'only these rules, separated by commas'},
  {Name: 'config', Bool: false, Usage: 'gotriage.yaml to use; "none" for none'},
]

/** The name of every chunk holds a hash of its content, so the entry's content stands for all of it. */
function version() {
  const {version: number} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const build = createHash('sha256').update(readFileSync(main)).digest('hex').slice(0, 40)
  return `gotriage-vet version ${number} buildID=${build}`
}

try {
  const unit = words.find(word => word.endsWith('.cfg'))
  if (words.includes('-V=full') || words.includes('--V=full')) console.log(version())
  else if (words.includes('-flags') || words.includes('--flags')) console.log(JSON.stringify(flags))
  else if (unit === undefined) {
    console.error('gotriage-vet: run it as go vet -vettool=$(npx gotriage vettool) ./...')
    process.exitCode = 2
  } else {
    const {VetxOnly, VetxOutput} = JSON.parse(readFileSync(unit, 'utf8'))
    if (VetxOutput) writeFileSync(VetxOutput, '') // no facts go from package to package
    if (!VetxOnly) {
      const passed = words.filter(word => /^--?(?:preset|rules|config)=/.test(word)).map(word => word.replace(/^--?/, '--'))
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
