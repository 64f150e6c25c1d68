import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {facts} from '../facts/facts.ts'
import {mythOf, myths, repeatedMyths, sentencesOf} from './myths.ts'

const idsIn = (text: string) => repeatedMyths(text).map(one => one.myth.id)

test('every erratum from E-01 to E-144 is a myth, once, in order', () => {
  expect(myths.map(myth => myth.id)).toEqual(Array.from({length: 144}, (_, i) => `E-${String(i + 1).padStart(2, '0')}`))
})

test.each(myths.map(myth => [myth.id, myth] as const))('%s: its patterns find the claim', (id, myth) => {
  expect(idsIn(myth.claim)).toContain(id)
})

test('each pattern alone is of use: no two patterns of a myth are the same', () => {
  for (const myth of myths) expect(new Set(myth.says.map(String)).size, myth.id).toBe(myth.says.length)
})

test.each(myths.map(myth => [myth.id, myth] as const))('%s: its truth repeats no myth', (_id, myth) => {
  expect(repeatedMyths(myth.truth).map(one => `${one.myth.id}: ${one.sentence}`)).toEqual([])
})

test('no fact repeats a myth', () => {
  for (const fact of facts) expect(repeatedMyths(`${fact.title}\n${fact.text}`), fact.id).toEqual([])
})

test('patterns have no state that one use leaves to the next', () => {
  for (const myth of myths) for (const pattern of [...myth.says, ...(myth.unless ?? [])]) expect(pattern.flags, myth.id).not.toMatch(/[gy]/)
})

test('a myth is found by its id, with or without "myth-", in any case', () => {
  expect(mythOf('E-14')?.id).toBe('E-14')
  expect(mythOf('myth-E-14')?.id).toBe('E-14')
  expect(mythOf('myth-e-144')?.id).toBe('E-144')
  expect(mythOf('E-145')).toBeUndefined()
})

describe('wordings', () => {
  test.each([
    ['E-03', 'Keep the object pinned, since the garbage collector may move heap objects.'],
    ['E-11', 'Inserting a key while iterating over the map panics.'],
    ['E-14', 'The concurrent map write is a panic, so wrap the handler.'],
    ['E-14', 'A deferred recover() catches concurrent map writes.'],
    ['E-27', 'The finalizer ensures that the handle is released.'],
    ['E-63', 'GOMAXPROCS defaults to the number of cores.'],
    ['E-81', 'Reading from a closed channel panics.'],
    ['E-88', 'A pointer to a map leaks memory.'],
    ['E-94', 'Lower GOGC increases the heap.'],
    ['E-117', 'GOMAXPROCS limits the number of threads.'],
    ['E-126', 'The context deadline stops the render after 5 s.'],
  ])('%s is heard in: %s', (id, text) => {
    expect(idsIn(text)).toContain(id)
  })

  test.each([
    'Go’s collector does not move heap objects.',
    'A concurrent map write is a fatal error; recover cannot catch it.',
    'Receiving from a closed channel returns the zero value.',
    'It is a myth that GOMAXPROCS limits the number of threads.',
    'Nothing here: a C call that times out is not aborted, and no finalizer guarantees anything.',
    'A lower GOGC lowers the peak and multiplies collections.',
    'Adding a key while ranging is legal; only a concurrent write ends the program.',
  ])('nothing is heard in: %s', text => {
    expect(idsIn(text)).toEqual([])
  })

  test('a sentence ends at its full stop, its line and its table cell', () => {
    expect(sentencesOf('One. Two?  Three\n| four | five |')).toEqual(['One.', 'Two?', 'Three', 'four', 'five'])
  })
})

/** P(X ≥ k) of n trials. */
function binomialTail(n: number, p: number, k: number): number {
  let term = (1 - p) ** n
  let below = 0
  for (let i = 0; i < k; i++) {
    below += term
    term *= ((n - i) / (i + 1)) * (p / (1 - p))
  }
  return 1 - below
}

describe('figures that a myth’s truth computes', () => {
  const truth = (id: string) => mythOf(id)!.truth

  test('E-46: chance of one failure in five probes, and of tripping on five calls', () => {
    expect(truth('E-46')).toContain(`${Math.round(100 * 5 * 0.05 * 0.95 ** 4)} % of the probes`)
    expect(truth('E-46')).toContain(`${(100 * binomialTail(5, 0.05, 1)).toFixed(1)} %`)
  })

  test('E-129: how often a good variant passes 8 %', () => {
    expect(truth('E-129')).toContain(`${Math.round(100 * binomialTail(100, 0.05, 8))} % of windows of 100`)
    expect(truth('E-129')).toContain(`${Math.round(100 * binomialTail(25, 0.05, 2))} % of windows of 25`)
  })

  test('E-104, E-113, E-56, E-08: ratios, rises and sizes', () => {
    const ratio = (seconds: number) => 150 / (150 + 50 * seconds)
    expect(truth('E-104')).toContain(
      `${ratio(4).toFixed(2)} after 4 s, ${ratio(60).toFixed(3)} after a minute and ${ratio(600).toFixed(3)}`,
    )
    expect(truth('E-113')).toContain(`${Math.round(100 * (4.9 / 1.2 - 1))} %`)
    expect(Math.round((12_847 * 2048) / 1e6)).toBe(26)
    expect(truth('E-08')).toContain(`${Math.round((272 * 144) / 1000)} KB`)
    expect(truth('E-08')).toContain(`${((2 * 128 * 136) / 1000).toFixed(1)} KB`)
  })
})

describe('sources', () => {
  const all = [...myths, ...facts].flatMap(one => one.sources.map(source => [one.id, source] as const))

  test('each is a place in the Go tree, an address, or a computation', () => {
    for (const [id, source] of all)
      expect(source, id).toMatch(/^(?:(?:go1\.\d+ )?(?:src|doc|api)\/[\w./-]+: .+|https:\/\/\S+(?: \(.+\))?|computed: .+)$/)
  })
})

describeNeeding('go', 'sources in the Go tree', () => {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  const minor = Number(/go1\.(\d+)/.exec(execFileSync('go', ['version'], {encoding: 'utf8'}))?.[1])

  // Symbols and wordings are those of Go 1.26; another tree may differ.
  test.skipIf(minor !== 26)('each file is there and has each symbol or wording that is named', () => {
    const problems: string[] = []
    for (const one of [...myths, ...facts]) {
      for (const source of one.sources) {
        const [, path, words] = /^((?:src|doc|api)\/\S+): (.+)$/.exec(source) ?? []
        if (path === undefined || words === undefined) continue
        const file = join(goroot, path)
        if (!existsSync(file)) {
          problems.push(`${one.id}: no file ${path}`)
          continue
        }
        const text = readFileSync(file, 'utf8').replace(/\n\s*(?:\/\/ ?)?/g, ' ')
        const raw = readFileSync(file, 'utf8')
        if (!raw.includes(words) && !words.split(', ').every(word => raw.includes(word) || text.includes(word)))
          problems.push(`${one.id}: ${path} has not all of: ${words}`)
      }
    }
    expect(problems).toEqual([])
  })
})
