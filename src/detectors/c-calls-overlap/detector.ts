// c-calls-overlap: several goroutines are inside C functions of one package at the same moment. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, relatedPlace} from '../../diagnosis/frame-places.ts'
import {dumpsOf, type SeenDump} from '../../diagnosis/goroutine-waits.ts'
import type {DumpFrame, GoroutineGroup} from '../../evidence/model/goroutines.ts'

/** cgo's stub of a C function: `example.com/draw._Cfunc_draw_parse`. */
const stub = /^(.+)\._C2?func_(\w+)$/
/** Functions of the C library that every package calls, and that are safe on any thread. */
const harmless = /^(?:CString|CBytes|GoString\w*|GoBytes|_CMalloc|malloc|calloc|realloc|free|strlen|mem\w+)$/

interface Inside {
  readonly group: GoroutineGroup
  readonly name: string
  /** Index of the frame that calls the stub. */
  readonly caller: number
}

export default defineDetector({
  id: 'c-calls-overlap',
  title: 'Goroutines are inside one C library at the same time',
  severity: 'info',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo', 'https://pkg.go.dev/runtime#LockOSThread'],
  settings: {
    goroutinesMin: {value: 2, unit: 'goroutines', source: 'detector.md#settings'},
  },
  messages: {
    overlap: {
      what: 'up to {count} goroutines are inside C functions that {package} calls at the same moment ({functions}), in {dumps} of {of} dumps{locked}',
      why: 'cgo calls of different goroutines run on different threads at once, whether the goroutines are locked to their threads or not',
      next: 'Check that the library allows calls from several threads at once.',
    },
  },

  run(evidence, settings) {
    // Crashes count too: they stop in the same moment. A profile shows no single moment more than a dump does.
    const dumps = dumpsOf(evidence).filter(({dump}) => dump.form !== 'profile' && dump.form !== 'debug1')
    const byPackage = new Map<string, {seen: SeenDump; inside: Inside[]; count: number}[]>()
    for (const seen of dumps)
      for (const [path, inside] of insideOf(seen)) {
        const count = inside.reduce((sum, one) => sum + one.group.count, 0)
        if (count >= settings.goroutinesMin) byPackage.set(path, [...(byPackage.get(path) ?? []), {seen, inside, count}])
      }
    return [...byPackage].flatMap(([path, all]): Observed<'overlap'>[] => {
      const most = all.reduce((a, b) => (b.count > a.count ? b : a))
      const [first, ...others] = most.inside
      if (first === undefined) return []
      const names = [...new Set(all.flatMap(one => one.inside.map(({name}) => name)))].sort()
      const locked = most.inside.reduce((sum, {group}) => sum + (group.lockedToThread ? group.count : 0), 0)
      return [
        {
          message: 'overlap',
          data: {
            count: String(most.count),
            package: path,
            functions: `${names
              .slice(0, 4)
              .map(name => `C.${name}`)
              .join(', ')}${names.length > 4 ? ', …' : ''}`,
            dumps: String(all.length),
            of: String(dumps.length),
            locked: locked === 0 ? '' : `; ${locked} of them are locked to their threads`,
          },
          subject: {kind: 'goroutines', name: `C calls of ${path}`},
          confidence: 0.95,
          measured: [
            {
              name: 'goroutines in C at once',
              value: most.count,
              unit: 'goroutines',
              limit: settings.goroutinesMin,
              limitSource: 'detector.md#settings',
              artifact: most.seen.artifact.id,
              at: `line ${first.group.line}`,
            },
            {name: 'dumps that show it', value: all.length, unit: 'dumps', artifact: most.seen.artifact.id},
          ],
          places: [
            ...placesOf(first.group.frames.slice(first.caller, first.caller + 3), 'in C from here'),
            ...callersOf(others).map(frame => relatedPlace(frame, 'in C from here too')),
          ],
        },
      ]
    })
  },
})

function insideOf({dump}: SeenDump): Map<string, Inside[]> {
  const found = new Map<string, Inside[]>()
  for (const group of dump.groups) {
    const at = group.frames.findIndex(frame => stub.test(frame.function))
    const [, path, name] = stub.exec(group.frames[at]?.function ?? '') ?? []
    if (path === undefined || name === undefined || harmless.test(name)) continue
    found.set(path, [...(found.get(path) ?? []), {group, name, caller: at + 1}])
  }
  return found
}

const callersOf = (others: readonly Inside[]): DumpFrame[] => {
  const seen = new Set<string>()
  return others
    .flatMap(({group, caller}) => group.frames.slice(caller, caller + 1))
    .filter(frame => frame.file !== '' && !seen.has(`${frame.file}:${frame.line}`) && seen.add(`${frame.file}:${frame.line}`))
    .slice(0, 3)
}
