// Hazards of source held against evidence: what is seen at their function raises them, and evidence that covers the time, with the function at
// work and nothing to be seen, lowers them and says so. Evidence that does not speak leaves a hazard as it is: silence is no acquittal.
import type {Hazard, Observation, Weighed} from '../findings/finding.ts'
import type {MemoryBalance} from '../findings/memory-balance.ts'
import {formatBytes} from '../base/units.ts'
import {sampleTypeIndex} from '../evidence/model/profile.ts'
import {weighFactors} from './confidence.ts'
import type {Identified, ProgramEvidence} from './engine/detector.ts'

/** Which evidence can speak against a hazard. */
type Against = 'goroutines' | 'heap' | 'memory outside Go' | 'collector'

interface Claim {
  readonly rules: readonly string[]
  /** Detectors whose finding confirms the hazard. */
  readonly detectors: readonly string[]
  /** Whether the finding must lie in the hazard's function; false where it is about the whole process. */
  readonly atPlace: boolean
  readonly against?: Against
}

const claims: readonly Claim[] = [
  {
    rules: [
      'goroutine-chan-send-leak', 'goroutine-ticker-no-exit', 'unbounded-goroutine-spawn', 'context-lost-cancel',
      'request-context-outlives-handler', 'http-response-body-leak', 'ticker-not-stopped',
    ], // prettier-ignore
    detectors: ['goroutine-leak'],
    atPlace: true,
    against: 'goroutines',
  },
  {
    rules: ['map-unbounded-growth'],
    detectors: ['alloc-site-growth', 'big-map', 'retained-map-buckets'],
    atPlace: true,
    against: 'heap',
  },
  {
    rules: ['mutex-missing-unlock', 'lock-pair-mismatch', 'chan-close-misuse', 'waitgroup-add-in-goroutine'],
    detectors: ['lock-convoy', 'all-goroutines-wait'],
    atPlace: true,
  },
  {
    rules: [
      'map-concurrent-write', 'atomic-mixed-access', 'atomic-assign', 'atomic-check-then-act', 'loop-var-capture', 'copylocks',
      'gin-context-in-goroutine', 'gin-keys-direct-access', 'cgo-shared-handle-race', 'thread-state-read-before-lock', 'index-published-before-data',
    ], // prettier-ignore
    detectors: ['data-race-site', 'process-crash'],
    atPlace: true,
  },
  {
    rules: ['cgo-blocking-call-no-deadline', 'lockosthread-unbalanced', 'goroutine-spawned-on-locked-thread'],
    detectors: ['threads-grow', 'pool-exhaustion-cascade'],
    atPlace: true,
  },
  {
    rules: ['busy-wait-loop', 'asm-unbounded-loop', 'nosplit-unbounded-loop', 'readmemstats-hot-path', 'explicit-gc-call'],
    detectors: ['scheduling-delay', 'stw-overlap', 'observer-effect', 'busy-polling'],
    atPlace: true,
  },
  {rules: ['time-after-in-loop', 'tiny-sleep-loop'], detectors: ['timer-goroutines'], atPlace: true},
  {rules: ['gc-percent-extreme'], detectors: ['gc-thrash', 'collector-off'], atPlace: false, against: 'collector'},
  {rules: ['semaphore-kept'], detectors: ['never-woken', 'blocked-on-channels'], atPlace: true},
  {rules: ['http-server-no-timeout'], detectors: ['request-bodies-slow'], atPlace: true},
  {rules: ['gomaxprocs-hardcoded'], detectors: ['quota-below-gomaxprocs'], atPlace: false},
  {
    rules: ['cgo-cstring-leak', 'cgo-struct-no-release', 'cgo-resource-not-closed', 'cgo-handle-not-deleted', 'sync-pool-native-resource'],
    detectors: [],
    atPlace: false,
    against: 'memory outside Go',
  },
]

/** One capture of the program, and how its function names lead to symbols of the source. */
export interface WeighedEvidence {
  readonly evidence: ProgramEvidence
  readonly observations: readonly Observation[]
  readonly memory: MemoryBalance | undefined
  /** The symbol of the declared function in the source at hand; undefined when it is not part of it. */
  symbolOf(functionName: string): string | undefined
}

/** Seconds that captures must lie apart before they can speak against a hazard. */
const spanSecondsMin = 60
/** Goroutines at the hazard's function, in the last dump, from which the evidence no longer speaks against a leak. */
const goroutinesMax = 10
/** Growth from which it no longer speaks against a leak of memory: two sampling steps of a heap profile and more. */
const growthBytesMax = 1024 * 1024
/** Share of used CPU below which a low GOGC is no cost worth naming. */
const collectorShareMax = 0.1

export function weighHazards(hazards: readonly Hazard[], programs: readonly WeighedEvidence[]): Hazard[] {
  return hazards.map(hazard => {
    const claim = claims.find(one => one.rules.includes(hazard.id))
    const symbol = hazard.places[0]?.symbol
    if (claim === undefined || hazard.suppressed !== undefined) return hazard
    const confirming = programs.flatMap(one => one.observations).filter(one => confirms(claim, hazard, one))
    if (confirming.length > 0) {
      const confidence = 1 - (1 - hazard.confidence) * (1 - weighFactors['the evidence shows it at the same function'])
      return weighed(hazard, confidence, {
        verdict: 'confirmed',
        because: confirming[0]!.what,
        findings: confirming.map(one => one.fingerprint),
      })
    }
    const because = programs.length === 1 && claim.against !== undefined ? againstIt(claim.against, symbol, programs[0]!) : undefined
    if (because === undefined) return hazard
    return weighed(hazard, hazard.confidence * weighFactors['the evidence covers the time and shows nothing'], {
      verdict: 'against',
      because,
      findings: [],
    })
  })
}

const weighed = (hazard: Hazard, confidence: number, verdict: Omit<Weighed, 'from'>): Hazard => ({
  ...hazard,
  confidence: Number(Math.min(0.99, confidence).toFixed(2)),
  weighed: {...verdict, from: hazard.confidence},
})

function confirms(claim: Claim, hazard: Hazard, observation: Observation): boolean {
  if (!claim.detectors.includes(observation.id) || observation.confidence < 0.5 || observation.severity === 'info') return false
  if (!claim.atPlace) return true
  const symbols = new Set(hazard.places.map(place => place.symbol).filter(symbol => symbol !== undefined))
  return observation.places.some(place => place.symbol !== undefined && symbols.has(place.symbol))
}

function againstIt(against: Against, symbol: string | undefined, program: WeighedEvidence): string | undefined {
  if (against === 'collector') return cheapCollector(program)
  if (against === 'memory outside Go') return levelOutside(program)
  if (symbol === undefined) return undefined
  return against === 'goroutines' ? fewGoroutines(symbol, program) : flatHeap(symbol, program)
}

function fewGoroutines(symbol: string, {evidence, symbolOf}: WeighedEvidence): string | undefined {
  const dumps = evidence.of('goroutines')
  const seconds = spanOf(dumps)
  const last = dumps.at(-1)
  if (last === undefined || seconds === undefined || seconds < spanSecondsMin) return undefined
  const here = last.data.groups
    .filter(group => [...group.frames, ...(group.createdBy ? [group.createdBy] : [])].some(frame => symbolOf(frame.function) === symbol))
    .reduce((sum, group) => sum + group.count, 0)
  if (here >= goroutinesMax || !ran(symbol, evidence, symbolOf)) return undefined
  return `${dumps.length} goroutine dumps over ${Math.round(seconds)} s end with ${here} goroutine${here === 1 ? '' : 's'} here, though the function was at work`
}

function flatHeap(symbol: string, {evidence, symbolOf}: WeighedEvidence): string | undefined {
  const heaps = evidence.of('profile').filter(one => one.data.profileType === 'heap')
  const seconds = spanOf(heaps)
  const [first, last] = [heaps[0], heaps.at(-1)]
  if (heaps.length < 3 || first === undefined || last === undefined || seconds === undefined || seconds < spanSecondsMin) return undefined
  const allocated = bytesAt(last, 'alloc_space', symbol, symbolOf) - bytesAt(first, 'alloc_space', symbol, symbolOf)
  const live = bytesAt(last, 'inuse_space', symbol, symbolOf)
  if (allocated < growthBytesMax || live - bytesAt(first, 'inuse_space', symbol, symbolOf) > growthBytesMax) return undefined
  return `${heaps.length} heap profiles over ${Math.round(seconds)} s end with ${formatBytes(live)} live from here, though ${formatBytes(allocated)} were allocated meanwhile`
}

function levelOutside({memory}: WeighedEvidence): string | undefined {
  const grown = memory?.parts.find(line => line.part === 'outside' || line.part === 'untouched')?.grownBytes
  if (memory?.total.of !== 'rss' || memory.seconds === undefined || memory.seconds < spanSecondsMin || grown === undefined) return undefined
  return grown > growthBytesMax
    ? undefined
    : `memory outside Go did not grow over ${Math.round(memory.seconds)} s (${formatBytes(grown)} by difference)`
}

function cheapCollector({observations}: WeighedEvidence): string | undefined {
  const thrash = observations.find(one => one.id === 'gc-thrash')
  const share = thrash?.measured.find(one => one.name === 'GC share of used CPU')?.value
  return share === undefined || share >= collectorShareMax
    ? undefined
    : `the collector takes ${(100 * share).toFixed(0)} % of the CPU that is used, so the setting costs little here`
}

/** Whether the function was seen running or allocating, so that not seeing it wait means something. */
function ran(symbol: string, evidence: ProgramEvidence, symbolOf: WeighedEvidence['symbolOf']): boolean {
  return evidence.of('profile').some(({data}) => data.functions?.().some(one => symbolOf(one.function) === symbol) === true)
}

function bytesAt({data}: Identified<'profile'>, type: string, symbol: string, symbolOf: WeighedEvidence['symbolOf']): number {
  const index = sampleTypeIndex(data, type)
  let bytes = 0
  if (index === undefined) return bytes
  for (let sample = 0; sample < data.sampleCount; sample++) {
    const value = data.value(sample, index)
    if (value !== 0 && data.frames(sample).some(frame => symbolOf(frame.function) === symbol)) bytes += value
  }
  return bytes
}

function spanOf(artifacts: readonly {readonly timeUnixNs?: bigint}[]): number | undefined {
  const times = artifacts.flatMap(one => (one.timeUnixNs === undefined ? [] : [one.timeUnixNs]))
  const [first, last] = [times[0], times.at(-1)]
  return first === undefined || last === undefined || times.length < 2 ? undefined : Number((last - first) / 1_000_000n) / 1e3
}
