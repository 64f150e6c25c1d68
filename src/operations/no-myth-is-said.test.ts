// A false belief is never said as truth: the patterns of every myth over all that the tool prints, its pages, its documents and its source.
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join, relative} from 'node:path'
import {describe, expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {causeDefinitions} from '../causes/registry.generated.ts'
import {gotriage} from '../cli/testing/command-line.ts'
import {detectors} from '../detectors/registry.generated.ts'
import {judged} from '../diagnosis/testing/observe.ts'
import {mythOf, repeatedMyths} from '../knowledge/myths/myths.ts'
import {rules} from '../rules/registry.generated.ts'
import {explain, explainable} from './explain.ts'

/** What a text repeats, one line each; empty when it repeats nothing. */
const repeated = (where: string, text: string) => repeatedMyths(text).map(({myth, sentence}) => `${where} says ${myth.id}: ${sentence}`)

/** Every string in a value, at any depth. Functions have none. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value instanceof Map) return stringsIn([...value.entries()])
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

function filesBelow(folder: string, wanted: RegExp): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (name === 'node_modules') return []
    return statSync(path).isDirectory() ? filesBelow(path, wanted) : wanted.test(path) ? [path] : []
  })
}

/** A column that is headed "claim" quotes what a text says; the verdict stands beside it in another. */
function withoutClaims(markdown: string): string {
  let column = -1
  return markdown
    .split('\n')
    .map(line => {
      if (!line.startsWith('|')) column = -1
      const cells = line.split('|')
      if (column < 0) column = cells.findIndex(cell => cell.trim() === 'claim')
      return cells.filter((_, at) => at !== column).join('|')
    })
    .join('\n')
}

/** What a reader of a page sees. */
const seenOf = (html: string) =>
  html
    .replace(/<(script|style)\b.*?<\/\1>/gs, '\n')
    .replace(/<\/?(?:code|b|i|em|strong|span|a)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')

describe('what is written', () => {
  test('no page of a rule, detector, cause, fact or release says a myth', () => {
    const ids = explainable().filter(id => explain(id).kind !== 'myth')
    expect(ids.length).toBeGreaterThan(100)
    expect(ids.flatMap(id => repeated(`page ${id}`, explain(id).text))).toEqual([])
  })

  test('no title or message of a rule, detector or cause says a myth', () => {
    for (const one of [...rules.flat(), ...detectors, ...causeDefinitions])
      expect(stringsIn(one).flatMap(text => repeated(one.id, text))).toEqual([])
  })

  test('no document says a myth', () => {
    const top = readdirSync(checkout).filter(name => name.endsWith('.md'))
    const documents = [
      ...filesBelow(`${checkout}docs`, /\.md$/),
      ...filesBelow(`${checkout}examples`, /\.md$/),
      ...top.map(name => checkout + name),
    ]
    expect(documents.length).toBeGreaterThan(5)
    expect(documents.flatMap(path => repeated(relative(checkout, path), withoutClaims(readFileSync(path, 'utf8'))))).toEqual([])
  })

  test('no scenario says a myth, but in the claim it puts to the test; and what it calls an erratum is a myth', () => {
    const scenarios = filesBelow(`${checkout}examples/scenarios`, /\.yaml$/)
    expect(scenarios.length).toBeGreaterThan(20)
    for (const path of scenarios) {
      const text = readFileSync(path, 'utf8')
      expect(repeated(relative(checkout, path), text.replace(/^ *says:.*$/gm, ''))).toEqual([])
      for (const [, id] of text.matchAll(/^ *erratum: (\S+)$/gm)) expect(mythOf(id ?? ''), path).toBeDefined()
    }
  })

  // Texts that code puts together: each line of the source, string or comment, but for the myths themselves.
  test('no line of the source says a myth', () => {
    const files = filesBelow(`${checkout}src`, /\.tsx?$/).filter(path => !/\/knowledge\/myths\/|\.test\.ts$|\.generated\.ts$/.test(path))
    expect(files.length).toBeGreaterThan(300)
    expect(files.flatMap(path => repeated(relative(checkout, path), readFileSync(path, 'utf8')))).toEqual([])
  })
})

describe('what is printed', () => {
  const incidents = readdirSync(`${checkout}examples/incidents`).flatMap(name => [name, `${name}/fixed`])

  test.each(incidents.filter(name => existsSync(`${checkout}examples/incidents/${name}`)))(
    'incident %s says no myth, as text or page',
    async name => {
      const cwd = `${checkout}examples/incidents/${name}`
      const [text, html] = [await gotriage(['diagnose', '.'], {cwd}), await gotriage(['diagnose', '.', '--format', 'html'], {cwd})]
      expect(text.stdout.length).toBeGreaterThan(0)
      expect([...repeated('text', text.stdout.replace(/\n {2,}/g, ' ')), ...repeated('page', seenOf(html.stdout))]).toEqual([])
    },
  )

  const recorded = ['detectors', 'causes'].flatMap(kind =>
    readdirSync(`${checkout}src/${kind}`)
      .map(id => `src/${kind}/${id}/testdata`)
      .filter(folder => existsSync(checkout + folder)),
  )

  test.each(recorded)('what is found in %s says no myth', async folder => {
    const files = readdirSync(checkout + folder).filter(name => statSync(`${checkout}${folder}/${name}`).isFile())
    const {observations, causes} = await judged(checkout + folder, files)
    expect([...observations, ...causes].flatMap(one => stringsIn(one).flatMap(text => repeated(one.id, text)))).toEqual([])
  })

  test('help says no myth', async () => {
    const {stdout} = await gotriage(['--help'])
    expect(repeated('help', stdout)).toEqual([])
  })
})
