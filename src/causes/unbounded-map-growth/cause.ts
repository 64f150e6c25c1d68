// unbounded-map-growth: a long-lived map that is written and never deleted from, and the heap that grows with it. See cause.md.
import {formatBytes} from '../../base/units.ts'
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type CounterFactor, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause, type FoundCause} from '../../diagnosis/engine/cause.ts'
import {endedBy} from '../../diagnosis/join.ts'
import type {ChainStep, Cause} from '../../findings/envelope.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'

export default defineCause({
  id: 'unbounded-map-growth',
  title: 'A map that only grows fills the heap',
  since: '0.1',
  joins: [
    'map-unbounded-growth',
    'alloc-site-growth',
    'live-heap-grows',
    'live-objects-grow',
    'big-map',
    'killed-for-memory',
    'gc-thrash',
    'gc-percent-extreme',
    'sync-pool-no-reset',
  ],
  settledBy: 'heap',

  find(facts) {
    return facts.hazards
      .filter(hazard => hazard.id === 'map-unbounded-growth' && hazard.suppressed === undefined)
      .map(hazard => causeOf(hazard, facts))
  },
})

function causeOf(hazard: Hazard, facts: CaseFile): FoundCause {
  const insertFunctions = new Set(hazard.places.map(place => place.symbol).filter(symbol => symbol !== undefined))
  const growing = facts.observations.filter(o => o.id === 'alloc-site-growth' && o.message.id === 'grows')
  const site = growing.find(o => o.places.some(place => place.symbol !== undefined && insertFunctions.has(place.symbol)))
  const live = facts.observations.filter(o => o.id === 'live-heap-grows')
  const share = site === undefined ? 0 : sharesOf(growing, insertFunctions)
  // The number of objects and the size of a map say the same once more: they are shown, and weigh nothing of their own.
  const more = facts.observations.filter(
    o =>
      site !== undefined &&
      (o.id === 'live-objects-grow' ||
        (o.id === 'big-map' && o.places.some(place => place.symbol !== undefined && insertFunctions.has(place.symbol)))),
  )

  const supports = new Set<SupportFactor>(['a hazard in source alone'])
  const counters = new Set<CounterFactor>()
  if (site !== undefined) {
    const profiles = site.measured.filter(m => m.name === 'live bytes').length
    supports.add(
      profiles >= 4
        ? 'growth of one allocation site in four or more heap profiles'
        : 'growth of one allocation site in fewer heap profiles',
    )
    supports.add('the growing allocation lies in the function that the hazard names')
    if (live.some(o => o.subject.name.includes('gctrace'))) supports.add('the live heap grows in gctrace')
    if (live.some(o => o.subject.name.includes('runtime/metrics'))) supports.add('the live heap grows in runtime/metrics')
    if (share < 0.5) counters.add('the cause explains less than half of the growth')
  }
  const flat = site === undefined && coversTime(facts) && growing.length === 0 && live.length === 0
  const idle = flat && !atWork(insertFunctions, facts)
  if (flat && !idle) counters.add('the evidence covers the time and shows no growth')
  const {confidence, basis} = combine(supports, counters)
  const insert = hazard.places.find(place => place.role === 'primary')
  const declaration = hazard.places.find(place => place.role === 'related')
  const mapName = hazard.message.data['map'] ?? 'the map'
  return {
    confidence,
    basis,
    ...(site === undefined ? {} : {memoryBytes: bytesOf(growing, insertFunctions, facts)}),
    title: `${mapName} only grows: entries are added and never deleted`,
    places: hazard.places,
    chain: [
      ...chainOf(hazard, site, live, more, share, mapName),
      ...(site === undefined ? [] : endedBy(facts)),
      ...(idle ? [notAtWork] : []),
      ...setAside(facts, site),
    ],
    wrongIf: [
      `entries of ${mapName} are deleted through an alias or reflection that the source check does not see`,
      'the set of keys is bounded by something outside the program, and the capture only shows it filling',
      'the load itself grew over the capture: compare live bytes per session or request',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Delete entries from ${mapName}${insert ? ` (written at ${insert.file}:${insert.line})` : ''} when they end, and expire those that never end: a time of last use and a sweep, or a cache with a bound.`,
      },
      {
        kind: 'code',
        do: 'A map keeps its tables after delete and clear (Go 1.22 to 1.26): if it has been huge once, replace it by a new map after the sweep.',
      },
      ...(facts.hazards.some(h => h.id === 'gc-percent-extreme') || facts.observations.some(o => o.id === 'gc-thrash')
        ? [
            {
              kind: 'setting' as const,
              do: 'Put GOGC back to its default of 100; as a safety net set GOMEMLIMIT below the container limit. Neither stops the growth.',
              command: 'GOMEMLIMIT=<90 % of the limit> ./service',
            },
          ]
        : [
            {
              kind: 'setting' as const,
              do: 'As a safety net set GOMEMLIMIT below the container limit: it does not stop the growth, it lets the collector work harder before the end.',
              command: 'GOMEMLIMIT=<90 % of the limit> ./service',
            },
          ]),
      {
        kind: 'guard',
        do: `Bound ${mapName} by number and by age in one place (a cache that evicts), export len as a metric, and raise an alarm when it only rises.`,
      },
    ],
    verify: [
      {
        command: 'gotriage collect -o after http://HOST:PORT && gotriage diagnose .',
        expect: `no alloc-site-growth at ${site?.places[0]?.symbol ?? insert?.symbol ?? 'the insert'}, and a live heap slope of about 0 B/s once sessions end as fast as they begin`,
      },
      {
        command: `go tool pprof -top -sample_index=inuse_space -diff_base heap-1.pb.gz heap-N.pb.gz`,
        expect: `the line of ${site?.places[0]?.symbol ?? insert?.symbol ?? 'the insert'} no longer leads the list`,
      },
    ],
    settle: settleOf(facts, declaration?.file),
  }
}

/** A load that never inserts, such as a test whose users stay, cannot show that the map grows nor that it does not. */
const notAtWork: ChainStep = {
  because:
    'the live heap does not grow in this capture, but no profile saw the insert at work: that speaks neither for the map nor against it; capture under a load whose keys are new',
  role: 'contradicts',
  findings: [],
}

/** Whether a profile names one of the functions that insert, by the name the binary gives it: package main has no path there. */
function atWork(functions: ReadonlySet<string>, facts: CaseFile): boolean {
  const named = (name: string) =>
    functions.has(name) || (name.startsWith('main.') && [...functions].some(symbol => symbol.endsWith(name.slice('main'.length))))
  return facts.evidence.of('profile').some(({data}) => data.functions?.().some(one => named(one.function)) === true)
}

/** What the growing sites hold more of, live; and with the garbage that GOGC lets gather on top of it. */
function bytesOf(growing: readonly Observation[], functions: ReadonlySet<string>, facts: CaseFile): readonly [number, number] {
  const grown = growing
    .filter(o => o.places.some(place => place.symbol !== undefined && functions.has(place.symbol)))
    .map(o => o.measured.filter(m => m.name === 'live bytes').map(m => m.value))
    .reduce((sum, values) => sum + (values.at(-1) ?? 0) - (values[0] ?? 0), 0)
  const percent = facts.evidence
    .of('metrics')
    .flatMap(artifact => artifact.data.points.map(point => point.values.get('/gc/gogc:percent')))
    .findLast(value => value !== undefined)
  return [grown, Math.round(grown * (1 + (percent === undefined || percent > 1000 ? 100 : percent) / 100))]
}

/** Share of the live heap's growth that comes through the functions that insert. */
function sharesOf(growing: readonly Observation[], functions: ReadonlySet<string>): number {
  return growing
    .filter(o => o.places.some(place => place.symbol !== undefined && functions.has(place.symbol)))
    .reduce((sum, o) => sum + (o.measured.find(m => m.name === 'share of live heap growth')?.value ?? 0), 0)
}

function chainOf(
  hazard: Hazard,
  site: Observation | undefined,
  live: readonly Observation[],
  more: readonly Observation[],
  share: number,
  mapName: string,
): ChainStep[] {
  const declaration = hazard.places.find(place => place.role === 'related')
  const insert = hazard.places.find(place => place.role === 'primary')
  const chain: ChainStep[] = [
    {
      because: `${mapName}${declaration ? `, declared at ${declaration.file}:${declaration.line},` : ''} is written${insert ? ` at ${insert.file}:${insert.line}` : ''} and nothing in the module deletes from it, clears it or replaces it`,
      role: 'explains',
      findings: [hazard.fingerprint],
    },
  ]
  if (site !== undefined) {
    const bytes = site.measured.filter(m => m.name === 'live bytes').map(m => m.value)
    const slope = site.measured.find(m => m.name === 'live bytes slope')?.value ?? 0
    chain.push({
      because: `what is allocated there stays: ${bytes.map(formatBytes).join(' → ')} live over ${bytes.length} heap profiles, ${formatBytes(slope)}/s, ${Math.round(100 * share)} % of the growth of the live heap`,
      role: 'shows',
      findings: [site.fingerprint],
    })
  }
  for (const o of [...live, ...more]) chain.push({because: o.what, role: 'shows', findings: [o.fingerprint]})
  return chain
}

/** What people would suspect first, and why it is not the cause. */
function setAside(facts: CaseFile, site: Observation | undefined): ChainStep[] {
  const steps: ChainStep[] = []
  const thrash = facts.observations.find(o => o.id === 'gc-thrash')
  const percent = facts.hazards.find(h => h.id === 'gc-percent-extreme')
  if (thrash !== undefined || percent !== undefined) {
    const findings = [thrash?.fingerprint, percent?.fingerprint].filter(f => f !== undefined)
    steps.push({
      because: `the low GOGC${percent?.places[0] ? ` (${percent.places[0].file}:${percent.places[0].line})` : ''} costs CPU${thrash ? ` (${thrash.what})` : ''}, but the growth is of the live heap, which does not depend on GOGC: a lower GOGC only lowers the peak above it`,
      role: 'contradicts',
      findings,
    })
  }
  const pool = facts.hazards.find(h => h.id === 'sync-pool-no-reset')
  if (pool !== undefined && site !== undefined) {
    steps.push({
      because: `the pool at ${pool.places[0]?.file}:${pool.places[0]?.line} hands out dirty values, which is a bug of its own, but a sync.Pool drops what two collections in a row found unused, so it cannot hold what grows here`,
      role: 'contradicts',
      findings: [pool.fingerprint],
    })
  }
  return steps
}

/** Whether heap profiles or live-heap series were there in which growth would have shown. */
function coversTime(facts: CaseFile): boolean {
  const heaps = facts.evidence.of('profile').filter(artifact => artifact.data.profileType === 'heap')
  return heaps.length >= 3 || facts.evidence.of('gctrace').some(artifact => artifact.data.cycles.length >= 8)
}

function settleOf(facts: CaseFile, file: string | undefined): Cause['settle'] {
  const heaps = facts.evidence.of('profile').filter(artifact => artifact.data.profileType === 'heap').length
  if (heaps >= 4) return []
  return [
    settleBy(
      'heap',
      `${heaps} heap profile${heaps === 1 ? ' is' : 's are'} too few to tell a trend from a step${file ? `; five show whether what ${file} keeps really grows` : ''}`,
    ),
  ]
}
