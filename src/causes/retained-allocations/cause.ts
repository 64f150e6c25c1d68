// retained-allocations: what one line allocates stays alive and makes up most of the growth, and no other cause says who keeps it. See cause.md.
import {formatBytes} from '../../base/units.ts'
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type CounterFactor, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {
  endedBy,
  explains,
  type FoundCause,
  hazardsAt,
  measuredValue,
  observationsOf,
  placesOfAll,
  says,
  shownPlace,
  shows,
} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

/** A site below this share is one of many, and its growth is not the answer. */
const shareMin = 0.5

/** Hazards that keep what their function allocates. */
const rules = [
  'time-after-in-loop',
  'ticker-not-stopped',
  'defer-in-loop',
  'context-lost-cancel',
  'context-reassigned-outer',
  'finalizer-closes-over-object',
]

export default defineCause({
  id: 'retained-allocations',
  title: 'What one line allocates stays alive and grows',
  since: '0.1',
  joins: [
    'alloc-site-growth',
    'live-heap-grows',
    'live-objects-grow',
    'goroutine-leak',
    'killed-for-memory',
    'map-unbounded-growth',
    ...rules,
  ],
  settledBy: 'heap',

  find(facts) {
    const keepers = keepersOf(facts)
    return observationsOf(facts, 'alloc-site-growth', 'grows')
      .filter(site => (measuredValue(site, 'share of live heap growth') ?? 0) >= shareMin)
      .filter(site => !site.places.some(place => place.symbol !== undefined && keepers.has(place.symbol)))
      .map(site => causeOf(site, facts))
  },
})

/** Functions of what another cause already names as the keeper: a map that only grows, goroutines that never end. */
function keepersOf(facts: CaseFile): ReadonlySet<string> {
  const named = [
    ...facts.hazards.filter(hazard => hazard.id === 'map-unbounded-growth' && hazard.suppressed === undefined),
    ...observationsOf(facts, 'goroutine-leak', 'proven', 'grows', 'stay'),
  ]
  return new Set(named.flatMap(one => one.places.map(place => place.symbol)).filter(symbol => symbol !== undefined))
}

function causeOf(site: Observation, facts: CaseFile): FoundCause {
  const live = observationsOf(facts, 'live-heap-grows')
  const bytes = site.measured.filter(one => one.name === 'live bytes').map(one => one.value)
  const grown = (bytes.at(-1) ?? 0) - (bytes[0] ?? 0)
  const supports = new Set<SupportFactor>(['what one site allocates is the growth of the live heap'])
  supports.add(
    bytes.length >= 4
      ? 'growth of one allocation site in four or more heap profiles'
      : 'growth of one allocation site in fewer heap profiles',
  )
  if (live.some(one => one.subject.name.includes('gctrace'))) supports.add('the live heap grows in gctrace')
  if (live.some(one => one.subject.name.includes('runtime/metrics'))) supports.add('the live heap grows in runtime/metrics')
  const hazards = hazardsAt(facts, rules, [site])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  // Two profiles name the line; that it is a trend, a series of collections may say.
  const counters = new Set<CounterFactor>(bytes.length < 3 && live.length === 0 ? ['the capture is too short to judge'] : [])
  const block = measuredValue(site, 'bytes of a block that a reader of the standard library filled')
  const symbol = site.places[0]?.symbol ?? site.subject.name
  return {
    ...combine(supports, counters),
    memoryBytes: [grown, 2 * grown],
    title: `what ${symbol} allocates stays alive: ${formatBytes(grown)} more in this capture`,
    places: placesOfAll([site, ...hazards]),
    chain: [
      shows(site),
      ...live.map(shows),
      ...hazards.map(explains),
      ...endedBy(facts),
      ...(block === undefined
        ? []
        : [
            says(
              `these are whole texts or buffers of about ${formatBytes(block)}; a short string or slice that was cut out of one (s[i:j], strings.Cut, strings.Fields, bytes.TrimSpace, a match of a regexp) keeps all of it alive`,
            ),
          ]),
      says(
        hazards.length > 0
          ? 'who keeps it is not told by a heap profile; the hazard in the source is at the function that allocates it, and would keep it'
          : facts.hasSource
            ? 'who keeps it is not told by a heap profile; no map that only grows and no goroutine that never ends was found at these functions, which leaves a slice, a list, a channel, a cache or a map whose entries are deleted too late'
            : 'who keeps it is not told by a heap profile; with --source the maps that only grow are looked for',
      ),
    ],
    wrongIf: [
      'a cache is filling up to its bound: then the growth levels off',
      'the load grew over the capture: compare live bytes for each session or request',
    ],
    remedies: [
      ...hazards.map(hazard => ({kind: 'code' as const, do: hazard.next})),
      ...(block === undefined
        ? []
        : [
            {
              kind: 'code' as const,
              do: 'Copy what is kept of a large text before it is stored: strings.Clone, bytes.Clone or slices.Clone.',
            },
          ]),
      {
        kind: 'code',
        do: `Follow the value from ${shownPlace(site)} to the field, slice, map or channel that it ends in, and give that a bound or a way to let go.`,
      },
      {
        kind: 'setting',
        do: 'As a safety net set GOMEMLIMIT below the container limit: it does not stop the growth, it lets the collector work harder before the end.',
        command: 'GOMEMLIMIT=<90 % of the limit> ./service',
      },
      {kind: 'guard', do: 'Export the length of what keeps these values as a metric, and raise an alarm when it only rises.'},
    ],
    verify: [
      {
        command: 'go tool pprof -top -sample_index=inuse_space -diff_base heap-1.pb.gz heap-N.pb.gz',
        expect: `the line of ${symbol} no longer leads the list`,
      },
    ],
    settle:
      bytes.length >= 4
        ? [settleBy('goroutine-stacks', 'it shows whether goroutines that never end keep these values')]
        : [settleBy('heap', `${bytes.length} heap profiles tell a trend from a step less surely than five`)],
  }
}
