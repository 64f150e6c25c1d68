import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {checkout} from '../src/base/testing/needs.ts'
import {allRules} from '../src/operations/check-module.ts'
import {figuresOf, headOf, judgementsOf, ruleFacts, sureLine, tableRow, wilson} from './precision.mjs'

const judged = ruleFacts(checkout).map(rule => ({...rule, figures: figuresOf(judgementsOf(checkout, rule.id))}))
/** Where the shape of a mended false finding stands, as one that is not reported. */
const mendedShapes: Readonly<Record<string, readonly (readonly [file: string, text: string])[] | undefined>> = {
  'atomic-check-then-act': [
    ['near-misses.go', 'if threshold.Load() != measured {'],
    ['runner.go', 'if !s.created.Load() {'],
    ['signal.go', 'atomic.StoreInt32(&m.active, 0)'],
    ['held.go', 'func (l *log) advanceLocked(to uint64) {'],
    ['run-loop.go', 'if n > c.estimate.Load() {'],
  ],
  'atomic-mixed-access': [
    ['copies.go', 'func (s sum) average() int64 {'],
    ['copies.go', 'type cache struct{ now atomic.Pointer[window] }'],
  ],
  'context-not-propagated': [
    ['outgoing.go', 'func send(client *http.Client, req *http.Request) error {'],
    ['outgoing.go', 'c.once.Do(func() { load(context.Background()) })'],
  ],
  'context-reassigned-outer': [['alone.go', 'package alone']],
  'goroutine-chan-send-leak': [
    ['either.go', 'func dial(open func() (int, error)) (int, error) {'],
    ['looks.go', 'func blocked(work func() error) error {'],
  ],
  'http-client-no-timeout': [['given.go', 'func ofParameter(t *http.Transport) *http.Client { return &http.Client{Transport: t} }']],
  'map-pointer-param': [['prescribed.go', 'package prescribed']],
  'http-request-without-context': [['daemon.go', 'func shim(ctx context.Context, path string) (*exec.Cmd, error) {']],
  'sync-pool-copied': [['basic.go', 'func (g guarded) get() any {']],
  'sync-pool-native-resource': [['by-value.go', 'var values = sync.Pool{New: func() any { return &value{} }}']],
}

const page = (id: string) => readFileSync(`${checkout}src/rules/${id}/rule.md`, 'utf8')
const sure = (id: string) => /^## How sure\n\n(?<text>[\s\S]*?)\n\n## /m.exec(page(id))?.groups?.['text'] ?? ''

test('what is read of a rule.ts is what the rule is', () => {
  const registered = new Map(allRules.map(rule => [rule.id as string, rule.preset as string]))
  for (const {id, preset} of judged) expect(preset, id).toBe(registered.get(id) ?? preset)
  expect(judged.length).toBeGreaterThan(80)
})

test("Wilson's bound is that of the textbook", () => {
  expect(wilson(20, 20)).toBeCloseTo(0.8389, 3)
  expect(wilson(9, 10)).toBeCloseTo(0.5958, 3)
  expect(wilson(0, 0)).toBe(0)
})

describe('presets follow from what was judged (docs/precision, by fingerprint):', () => {
  test('a rule of the default preset has a bound of 75 %, or fewer than ten findings and a false class that cannot be', () => {
    for (const {id, figures} of judged.filter(rule => rule.preset === 'default')) {
      if (figures.n >= 10) expect(figures.bound, id).toBeGreaterThanOrEqual(0.75)
      else {
        expect(sure(id), id).toMatch(/^(?:Cannot be false|Asked for): /m)
        expect(figures.false - figures.falseMended, `${id}: a false finding is possible, then`).toBe(0)
      }
    }
  })

  test('a rule whose bound would allow the default preset says why it is not in it', () => {
    for (const {id, figures, preset} of judged.filter(rule => rule.preset !== 'default'))
      if (figures.bound >= 0.75) expect(sure(id), `${id} (${preset})`).toMatch(/default preset/)
  })

  test('a rule of which fewer than 60 % were right is in no preset', () => {
    for (const {id, figures, preset} of judged) {
      const standing = figures.judged - figures.falseMended
      if (standing > 0 && (figures.true + figures.style) / standing < 0.6) expect(preset, id).toBe('evidence')
    }
  })

  test('a rule whose findings are all as meant is not in the default preset, and says so', () => {
    for (const {id, figures, preset} of judged) {
      if (figures.judged < 5 || figures.style < figures.judged) continue
      expect(preset, id).not.toBe('default')
      expect(sure(id), id).toMatch(/right/)
    }
  })
})

test('pages and table say the figures of the rows', () => {
  const readme = readFileSync(`${checkout}docs/precision/README.md`, 'utf8')
  for (const {id, figures, preset} of judged) {
    expect(sure(id), id).toContain(sureLine(figures, preset, id))
    if (figures.judged === 0) continue
    expect(readme).toContain(tableRow(id, figures, preset))
    expect(readFileSync(`${checkout}docs/precision/${id}.md`, 'utf8'), id).toContain(headOf(figures, preset))
  }
})

test('a false finding is called mended only by a rule whose fixtures were given its shape', () => {
  for (const {id, figures} of judged) {
    if (figures.falseMended === 0) continue
    expect(mendedShapes[id], `${id}: which fixture?`).toBeDefined()
    for (const [file, text] of mendedShapes[id] ?? [])
      expect(readFileSync(`${checkout}src/rules/${id}/testdata/${file}`, 'utf8')).toContain(text)
  }
})

test('no finding is judged twice', () => {
  for (const {id} of judged) {
    const {n, rows} = judgementsOf(checkout, id)
    expect(new Set(rows.map(row => `${row.fingerprint} ${row.place}`)).size, id).toBe(rows.length)
    expect(rows.length, `${id}: more were judged than found`).toBeLessThanOrEqual(n)
  }
})
