// c-memory-leak: C allocates and nobody frees. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, measuredValue, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import {formatBytes} from '../../base/units.ts'

const rules = [
  'cgo-cstring-leak',
  'cgo-resource-not-closed',
  'cgo-defer-free-nil',
  'cgo-handle-not-deleted',
  'finalizer-only-release',
  'sync-pool-native-resource',
]

export default defineCause({
  id: 'c-memory-leak',
  title: 'Memory of C is not freed',
  since: '0.1',
  joins: ['c-memory-growth', ...rules],
  settledBy: 'memory',

  find(facts) {
    const growth = observationsOf(facts, 'c-memory-growth')
    return growth.length === 0 && leaksOf(facts).length === 0 ? [] : [causeOf(facts)]
  },
})

/** Reports of LeakSanitizer. */
const leaksOf = (facts: CaseFile) =>
  facts.evidence.of('sanitizer').filter(artifact => artifact.data.tool === 'LeakSanitizer' || /memory leak/i.test(artifact.data.error))

function causeOf(facts: CaseFile): FoundCause {
  const growth = observationsOf(facts, 'c-memory-growth')
  const leaks = leaksOf(facts)
  // Memory of C has no place in Go evidence, so any such hazard in the module may be the one.
  const hazards = facts.hazards.filter(one => rules.includes(one.id) && one.suppressed === undefined)
  const supports = new Set<SupportFactor>()
  if (growth.length > 0) supports.add('the process grows and what Go has from the system does not')
  if (leaks.length > 0) supports.add('a leak checker of C reported it')
  if (hazards.length > 0) supports.add('a hazard in source alone')
  const outside = growth[0] === undefined ? undefined : measuredValue(growth[0], 'growth outside Go')
  // What was there before the capture may be of the same leak or not.
  const whole = growth[0] === undefined ? undefined : measuredValue(growth[0], 'memory outside Go')
  return {
    ...combine(supports, new Set()),
    ...(outside === undefined ? {} : {memoryBytes: [outside, whole ?? outside]}),
    title: `memory outside Go is not freed${outside === undefined ? '' : `: ${formatBytes(outside)} more in this capture`}`,
    places: placesOfAll(hazards),
    chain: [
      ...growth.map(shows),
      ...leaks.map(leak =>
        says(
          `${leak.data.tool} (${leak.id}): ${leak.data.error}${leak.data.summary === undefined ? '' : `, ${leak.data.summary}`}`,
          'shows',
        ),
      ),
      ...hazards.slice(0, 10).map(explains),
      says('no Go profile can show it: heap profiles cover the Go heap only, and the collector does not free what C allocated'),
    ],
    wrongIf: [
      'the growth is of mapped files or thread stacks: smaps shows whose pages they are',
      'the C library keeps a pool or the allocator keeps freed pages: then it levels off',
    ],
    remedies: [
      ...hazards.slice(0, 3).map(one => ({kind: 'code' as const, do: `${one.next.replace(/\.$/, '')} (${shownPlace(one)}).`})),
      {
        kind: 'code',
        do: 'Free what C.malloc, C.CString, C.CBytes and the library hand out, in the same function with defer, or in Close of the owner.',
      },
      {kind: 'code', do: 'Do not leave it to finalizers: they run late or never.'},
      {
        kind: 'setting',
        do: 'Until it is mended set GOMEMLIMIT lower by what C takes: it counts the memory of Go only, so the container must hold both.',
        command: 'GOMEMLIMIT=<limit of the container − C memory> ./service',
      },
      {
        kind: 'guard',
        do: 'Hand out C memory through one type with a Close, count open ones in a metric, and fail a test that ends with any left.',
      },
    ],
    verify: [
      {command: 'for i in 1 2 3 4; do grep VmRSS /proc/PID/status; sleep 60; done', expect: 'RSS stays level under constant load'},
      {command: 'go test -asan ./...', expect: 'no report of LeakSanitizer (linux; Go 1.25 and later check for leaks at exit)'},
    ],
    settle: leaks.length > 0 ? [] : [settleBy('asan', 'LeakSanitizer names the C stack that allocated and did not free')],
  }
}
