import {expect, test} from 'vitest'
import {checkout} from '../../base/testing/needs.ts'
import {judged} from '../../diagnosis/testing/observe.ts'

const dumps = `${checkout}src/evidence/dumps/testdata`
const causesOf = async (file: string) => (await judged(dumps, [file])).causes

test.each(['crash-nil.go1.26.txt', 'crash-index.go1.26.txt', 'crash-closed.go1.26.txt', 'crash-custom.go1.26.txt'])(
  '%s: the panic is the cause, certain, at a line of the program',
  async file => {
    const [first, ...others] = await causesOf(file)
    expect(first).toMatchObject({id: 'panic', title: expect.stringMatching(/^the program panicked: ./)})
    expect(first?.confidence).toBeGreaterThanOrEqual(0.95)
    expect(first?.places[0]?.symbol).toMatch(/^main\./)
    expect(first?.wrongIf.length).toBeGreaterThan(0)
    expect(new Set(first?.remedies.map(remedy => remedy.kind))).toEqual(new Set(['code', 'setting', 'guard']))
    expect(others).toEqual([])
  },
)

test('a stack overflow names the function that calls itself, at the line of the call', async () => {
  const [first] = await causesOf('crash-overflow.go1.26.txt')
  expect(first?.title).toMatch(/^main\.\S+ calls itself without an end$/)
  expect(first?.places[0]?.label).toBe('calls again here')
  expect(new Set(first?.remedies.map(remedy => remedy.kind))).toEqual(new Set(['code', 'setting', 'guard']))
})

test.each([
  'crash-mapwrite.go1.26.txt',
  'crash-deadlock.go1.26.txt',
  'crash-quit.go1.26.txt',
  'crash-oom.go1.26.txt',
  'cgo-segv.go1.26.txt',
])('%s has another cause, or none, and is no panic', async file => {
  expect((await causesOf(file)).filter(cause => cause.id === 'panic')).toEqual([])
})
