import {existsSync, readFileSync} from 'node:fs'
import {execFileSync} from 'node:child_process'
import {expect, test} from 'vitest'
import {checkout} from '../src/base/testing/needs.ts'
import {gotriage} from '../src/cli/testing/command-line.ts'

const coverage = readFileSync(`${checkout}docs/coverage.md`, 'utf8')

test('every system of the source texts has its line in docs/coverage.md', () => {
  for (let n = 1; n <= 110; n++) expect(coverage).toMatch(new RegExp(`^- I-${String(n).padStart(2, '0')}: .+$`, 'm'))
})

/** Tests that goldenTest and fixturesOfRules make: one for each fixture of the folder, and one for the examples of a rule's page. */
function isGolden(file: string, source: string, name: string): boolean {
  if (!/(?:goldenTest|fixturesOfRules)\(/.test(source)) return false
  const fixture = /^(?:[\w ]+ › )?(?<path>[\w./-]+): every finding is wanted and every want is found$/.exec(name)?.groups?.['path']
  if (fixture === undefined) return name === 'rule.md has an example that is reported and one that is not'
  return ['', 'texts/', 'cases/'].some(folder => existsSync(new URL(folder + fixture, `file://${file}`)))
}

test('every test that docs/coverage.md names exists', () => {
  const named = [...coverage.matchAll(/(?<file>(?:src|tools|web|docs)\/[\w./-]+\.test\.ts) › (?<name>[^;\n]+)/g)]
  expect(named.length).toBeGreaterThan(0)
  for (const {groups} of named) {
    const file = checkout + (groups?.['file'] ?? '')
    expect(existsSync(file), file).toBe(true)
    const words = (groups?.['name'] ?? '').trim().replaceAll("'", "\\'")
    const title = words.split(' › ').at(-1) ?? words // what stands before it is a describe, at times with a name filled in
    const source = readFileSync(file, 'utf8').replaceAll("\\'", "'")
    expect(source.includes(title.replaceAll("\\'", "'")) || isGolden(file, source, words), `${file} has no test "${words}"`).toBe(true)
  }
})

test('the joined documents are what their fragments make', () => {
  expect(() => execFileSync(process.execPath, ['tools/documents.mjs', '--check'], {cwd: checkout})).not.toThrow()
})

test('every command that README shows runs', async () => {
  const shown = [...readFileSync(`${checkout}README.md`, 'utf8').matchAll(/^ {4}npx gotriage (.+?)(?:\s+#.*)?$/gm)].map(
    match => match[1] ?? '',
  )
  expect(shown.length).toBeGreaterThan(3)
  for (const line of shown.filter(text => !text.includes('localhost'))) {
    const {exit, stdout} = await gotriage(line.trim().split(/\s+/), {cwd: checkout})
    expect([0, 1], line).toContain(exit)
    expect(stdout, line).not.toBe('')
  }
})

test('the library example of README does what it says', async () => {
  const {diagnose, nodeHost} = await import('../src/index.ts')
  const {envelope} = await diagnose({paths: [`${checkout}examples/incidents/map-growth-oom`]}, nodeHost(), {})
  expect(envelope.causes[0]?.title).toBe('Store.byToken only grows: entries are added and never deleted')
})

test('links in the documents lead somewhere', () => {
  for (const file of ['README.md', 'CONTRIBUTING.md', 'docs/ARCHITECTURE.md']) {
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
    for (const [, target = ''] of readFileSync(checkout + file, 'utf8').matchAll(/\]\(([^)#\s]+)\)/g)) {
      if (!/^https?:/.test(target)) expect(existsSync(checkout + folder + target), `${file}: ${target}`).toBe(true)
    }
  }
})
