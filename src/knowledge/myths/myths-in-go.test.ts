// Myths about Go put to Go: what a program does, what the type checker refuses, and what the rules say of code that a myth calls wrong.
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {hazardsIn} from '../../analysis/testing/golden.ts'
import {unmetWants} from '../../analysis/testing/wants.ts'
import {describeNeeding} from '../../base/testing/needs.ts'
import {rules} from '../../rules/registry.generated.ts'
import {mythOf, repeatedMyths} from './myths.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))

describeNeeding('go', 'what Go does', () => {
  const printed = new Map<string, string>()
  const program = () => {
    if (printed.size > 0) return printed
    const out = execFileSync('go', ['run', 'main.go'], {cwd: `${testdata}truths`, encoding: 'utf8'})
    for (const line of out.trim().split('\n')) {
      const [, id = '', seen = ''] = /^(\S+) (.*)$/.exec(line) ?? []
      printed.set(id, seen)
    }
    return printed
  }

  test.runIf(process.platform === 'linux').each([
    ['E-01', 'true 3', 'loop variables are copies, one for each iteration'],
    ['E-08', '8', 'the type of a map has the size of a pointer'],
    ['E-08-method', 'false', 'reflect.Value has no method Size'],
    ['E-09', 'false', 'gctrace has no fields heap_alloc and next_gc'],
    ['E-11', 'true', 'a map may grow while it is ranged over'],
    ['E-13', '3 6', 'append does not lengthen the range'],
    ['E-14', 'exit status 2: fatal error: concurrent map writes', 'nothing recovers from it and nothing deferred runs'],
    ['E-15', 'runtime.errorString true', 'a runtime error is raised by value'],
    ['E-18', '8', 'a map variable is one pointer'],
    [
      'E-25',
      'exit status 2: fatal error: runtime.SetFinalizer: cannot pass *[64]uint8 to finalizer func()',
      'a finalizer takes the object',
    ],
    ['E-29', 'true', 'the address of the first byte of nothing is a panic'],
    ['E-39', 'exit status 2: fatal error: cgocheck > 1 mode is no longer supported', 'cgocheck=2 ends the program'],
    ['E-40', '0 8 16', 'fields lie in the order of the source'],
    ['E-41', 'context canceled kept', 'a cancelled context keeps its values'],
    ['E-47', 'kept', 'a string keeps its bytes alive'],
    ['E-61', 'true', 'a network read waits in the poller'],
    ['E-62', 'true', 'a thousand sleepers need few threads'],
    ['E-81', '0 false close of closed channel', 'a closed channel gives zero values'],
    ['E-82', '10', 'a closed channel is always ready, a nil one never'],
    ['E-85', '0', 'AfterFunc starts no goroutine when called'],
    ['E-87', 'false', 'MemStats has no NumGoroutine'],
    ['E-89', 'map[x:42]', 'a copied map variable shares the table'],
    ['E-90', 'assignment to entry in nil map', 'a write to a nil map can be recovered'],
    ['E-92', '0 1', 'a small integer in an interface is not allocated'],
    ['E-94', 'true', 'a lower GOGC has the lower goal'],
    ['E-95', 'false true', 'gctrace has no line of the scavenger'],
    ['E-98', 'true', 'a lower GOGC collects more often'],
    ['E-99', '1 0', 'delete misses NaN keys, clear does not'],
    ['E-117', '1 true', 'there are more threads than GOMAXPROCS'],
    ['E-118', 'true', 'a goroutine that exits locked takes its thread along'],
    ['E-132', 'true', 'EPOLLET is negative'],
    ['E-136', 'true', 'an unexported field cannot be set'],
  ])(
    '%s: %s: %s',
    (id, seen) => {
      expect(mythOf(id.replace(/-method$/, ''))).toBeDefined()
      expect(program().get(id)).toContain(seen)
    },
    180_000,
  )
})

describe('what does not compile', () => {
  test.each([
    ['E-02', 'var m = map[string]int{}\n\nvar p = &m["k"]\n', /address/],
    ['E-101', 'var m map[[]byte]int\n', /map key/],
    ['E-15', 'func f(a, b, c bool) {\n\tif a; b; c {\n\t}\n}\n', /./],
    ['E-82', 'func f(c <-chan int) {\n\tclose(c)\n}\n', /close|receive-only/],
  ])('%s', async (_id, source, message) => {
    const {errors} = await hazardsIn([], 'refused.go', `package refused\n\n${source}`)
    expect(errors.join('\n')).toMatch(message)
  })
})

describe('what the rules say of code that a myth calls wrong', () => {
  const every = rules.flat()
  const usual = every.filter(rule => rule.preset === 'default')

  test.each(readdirSync(`${testdata}golden`))(
    '%s: the usual rules say only what is wanted, and none of all rules repeats a myth',
    async name => {
      const source = readFileSync(`${testdata}golden/${name}`, 'utf8')
      expect(mythOf(name.replace('.go', ''))).toBeDefined()
      const found = await hazardsIn(usual, name, source)
      expect(found.errors).toEqual([])
      expect(
        unmetWants(
          source,
          found.hazards.map(one => ({line: one.places[0]?.line ?? 0, message: one.what})),
        ),
      ).toEqual([])
      const {hazards} = await hazardsIn(every, name, source)
      expect(
        hazards.flatMap(one => repeatedMyths([one.what, one.why, one.next].join('\n')).map(({myth}) => `${one.id}: ${myth.id}`)),
      ).toEqual([])
    },
  )
})
