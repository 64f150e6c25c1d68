// Writes src/go/flow/standard-summaries.ts: what the functions of the installed standard library do to their arguments, from their bodies.
//   npx tsx tools/standard-summaries.ts
import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {contractOf} from '../src/go/flow/contracts.ts'
import {packageFlow} from '../src/go/flow/package-flow.ts'
import {packageSummaries} from '../src/go/flow/package-summaries.ts'
import {shortSummary} from '../src/go/flow/short-summary.ts'
import type {FunctionSummary} from '../src/go/flow/summary.ts'
import {PackageChecker} from '../src/go/load/check-packages.ts'
import {loadPackages} from '../src/go/load/load-packages.ts'
import {nodeHost} from '../src/host/node/node-host.ts'

/** Whether code outside the standard library can call it, perhaps through a promoted method. */
const isPublic = (name: string) => {
  const paren = name.indexOf('(')
  const slash = name.lastIndexOf('/', paren < 0 ? name.length : paren)
  return (
    !/(^|\/)(internal|vendor|cmd|runtime)(\/|\.)/.test(name) &&
    /^[A-Z]/.test(
      name
        .slice(slash + 1)
        .split('.')
        .at(-1) ?? '',
    )
  )
}

export async function standardSummaries(dir: string, patterns: readonly string[]): Promise<Map<string, FunctionSummary>> {
  const loaded = await loadPackages(nodeHost(), {dir, patterns, cgo: false, goos: 'linux', goarch: 'amd64'})
  const checker = new PackageChecker(loaded)
  const all = new Map<string, FunctionSummary>()
  for (const pkg of loaded.packages) {
    const flow = packageFlow(checker.check(pkg).info.files)
    for (const [name, summary] of packageSummaries(flow, other => all.get(other) ?? contractOf(other)).byName) all.set(name, summary)
  }
  return all
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  const version = execFileSync('go', ['env', 'GOVERSION'], {encoding: 'utf8'}).trim()
  const all = await standardSummaries(join(goroot, 'src'), ['std'])
  const byPackage = new Map<string, string[]>()
  for (const [name, summary] of [...all].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const short = isPublic(name) ? shortSummary(summary) : undefined
    if (short === undefined) continue
    const paren = name.indexOf('(')
    const dot = name.indexOf('.', name.lastIndexOf('/', paren < 0 ? name.length : paren) + 1)
    const path = name.slice(0, dot)
    const list = byPackage.get(path) ?? []
    list.push(`${name.slice(dot + 1)} ${short}`)
    byPackage.set(path, list)
  }
  const lines = [...byPackage].map(([path, list]) => `  '${path}': '${list.join(';')}',`)
  const text = `// What the public functions of the standard library of ${version} do to their receivers and arguments, found in their bodies by
// tools/standard-summaries.ts, in the form of short-summary.ts; functions of which nothing good is known are left out.
/* oxfmt-ignore */
export const standardSummaries: Readonly<Record<string, string>> = {
${lines.join('\n')}
}
`
  writeFileSync(fileURLToPath(new URL('../src/go/flow/standard-summaries.ts', import.meta.url)), text)
  console.log(`${[...byPackage.values()].flat().length} functions of ${byPackage.size} packages, ${text.length} bytes`)
}
