// Runs the comparison of package loading with `go list` over GOROOT and real modules, and writes docs/conformance/load.md.
// Usage: npx tsx tools/conformance/load.ts [SCRATCH-DIR [NAME]]. Needs go and, the first time, the module proxy; scratch modules are kept.
import {mkdirSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {compareLoad, type Configuration} from './load-compare.ts'
import {asMainModule, go, kubelet, kubernetes} from './main-modules.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const scratch = process.argv[2] ?? join(tmpdir(), 'gotriage-conformance')
/** With a third argument only trees whose name holds it are compared, and nothing is written. */
const only = process.argv[3]
/** The newest versions that Go 1.26 accepts and the proxy serves in full. */
const modules = [
  {name: 'gin', path: 'github.com/gin-gonic/gin', version: 'v1.12.0'},
  {name: 'prometheus', path: 'github.com/prometheus/prometheus', version: 'v0.310.0'},
  {name: 'hugo', path: 'github.com/gohugoio/hugo', version: 'v0.165.0'},
  {name: 'gvisor', path: 'gvisor.dev/gvisor', version: 'v0.0.0-20260905035102-160fafc42237'}, // of its `go` branch
  {name: 'go-sqlite3', path: 'github.com/mattn/go-sqlite3', version: 'v1.14.53'},
  {name: 'gocv', path: 'gocv.io/x/gocv', version: 'v0.41.0'},
  {name: 'git2go', path: 'github.com/libgit2/git2go/v34', version: 'v34.0.0'},
  {name: 'go-gl', path: 'github.com/go-gl/gl', version: 'v0.0.0-20231021071112-07e5d0ea2e71'},
]
const configurations: readonly Configuration[] = ['linux/amd64', 'windows/386', 'darwin/arm64'].flatMap(platform => {
  const [goos = '', goarch = ''] = platform.split('/')
  return [false, true].map(cgo => ({goos, goarch, cgo}))
})

mkdirSync(scratch, {recursive: true})
const src = join(go(scratch, 'env', 'GOROOT').trim(), 'src')
const subjects = [
  {name: 'GOROOT/src', dir: () => src, patterns: ['std', 'cmd']},
  {name: 'GOROOT/src/cmd', dir: () => join(src, 'cmd'), patterns: ['./...']},
  ...modules.map(module => ({name: `${module.path} ${module.version}`, dir: () => asMainModule(scratch, module), patterns: ['./...']})),
  {name: `kubelet of k8s.io/kubernetes v1.${kubernetes}`, dir: () => kubelet(scratch), patterns: ['./...']},
].filter(({name}) => only === undefined || name.includes(only))
const rows: string[] = []
const found: string[] = []
for (const {name, dir: prepare, patterns} of subjects) {
  const dir = prepare()
  for (const configuration of configurations)
    for (const tests of configuration.goos === 'linux' && configuration.cgo ? [false, true] : [false]) {
      const result = await compareLoad(dir, patterns, configuration, {tests})
      const platform = `${configuration.goos}/${configuration.goarch}, cgo ${configuration.cgo ? 'on' : 'off'}${tests ? ', with tests' : ''}`
      const row = `| ${name} | ${platform} | ${result.packages} | ${result.files} | ${result.differences.length} |`
      console.log(row)
      rows.push(row)
      found.push(...result.differences.slice(0, 50).map(line => `- ${name}, ${platform}: ${line}`))
    }
}
if (only !== undefined) console.log(found.join('\n'))
else writePage()
process.exitCode = found.length === 0 ? 0 : 1

function writePage(): void {
  const version = go(scratch, 'env', 'GOVERSION').trim()
  mkdirSync(join(checkout, 'docs/conformance'), {recursive: true})
  writeFileSync(
    join(checkout, 'docs/conformance/load.md'),
    `# Package loading against go list

Written by \`npm run conformance -- load\` with ${version}. Each row compares every package that \`go list -e -deps -pgo=off -json\`
prints with what \`src/go/load\` says: import path, name, directory, standard, root or dependency, module (path, version, main, directory, go
line, replacement), Go, cgo, ignored, C, header, assembly, object, test and invalid files, and imports. Rows "with tests" compare
\`go list -test\`: ids, files and imports of the test variants, without the generated test programs and what only they reach.

| tree | configuration | packages | Go files | differences |
| --- | --- | ---: | ---: | ---: |
${rows.join('\n')}

${found.length === 0 ? 'No differences.' : found.join('\n')}

What the comparison leaves out, on purpose:

- the name of a package none of whose files takes part in the build: go prints none, gotriage guesses the last element of the path;
- variants that profile-guided optimisation makes of a program's dependencies (\`p [cmd/compile]\`): their files are the same;
- the generated test programs (\`p.test\`);
- whether cgo is on when CGO_ENABLED is unset: go also looks for a C compiler, gotriage does not, because it needs none.
`,
  )
}
