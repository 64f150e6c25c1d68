// gc-thrash: collections follow each other so closely that they cost more CPU than the memory they save. See detector.md.
import {defineDetector, type Observed, type ProgramEvidence} from '../../diagnosis/engine/detector.ts'
import {anyFrame, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'
import {median} from '../../diagnosis/trend.ts'

export default defineDetector({
  id: 'gc-thrash',
  title: 'GOGC is so low that the collector runs all the time',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://go.dev/doc/gc-guide#GOGC',
    'https://github.com/golang/go/blob/go1.26.0/src/runtime/mgcpacer.go',
    'https://pkg.go.dev/runtime/metrics',
  ],
  settings: {
    cyclesMin: {value: 20, unit: 'unforced GC cycles', source: 'detector.md#settings'},
    goalRatioMax: {value: 1.25, unit: 'goal / live', source: 'detector.md#settings'},
    cyclesPerSecondMin: {value: 5, unit: '1/s', source: 'detector.md#settings'},
    samplesMin: {value: 100, unit: 'samples of the CPU profile', source: 'detector.md#settings'},
    gcShareMin: {value: 0.25, unit: 'of used CPU', source: 'detector.md#settings'},
    limitRatioMax: {value: 1.02, unit: 'goal / live', source: 'detector.md#settings'},
    limitLiveMbMin: {value: 50, unit: 'MB', source: 'detector.md#settings'},
    liveMbMin: {value: 8, unit: 'MB', source: 'gctrace prints whole MB; heaps near the 4 MiB minimum are left alone'},
  },
  messages: {
    'low-gogc': {
      what: '{cycles} collections in {span} s, each aiming at only {ratio} times the live heap{share}',
      why: 'a goal this close to the live heap buys little memory with much CPU; it does not make the heap grow and raising it does not stop growth',
      next: 'Set GOGC back to 100, or set GOMEMLIMIT and leave GOGC alone.',
    },
    'memory-limit': {
      what: '{cycles} collections in {span} s: the goal is held down by the memory limit, not by GOGC{share}',
      why: 'the live heap is close to GOMEMLIMIT, so the collector runs all the time and rising CPU shows first',
      next: 'Raise GOMEMLIMIT, or find what fills the heap.',
    },
  },

  run(evidence, settings) {
    const found: Observed<'low-gogc' | 'memory-limit'>[] = []
    const gcShare = gcShareOfUsedCpu(evidence) ?? gcShareOfProfile(evidence, settings.samplesMin)
    for (const artifact of evidence.of('gctrace')) {
      const cycles = artifact.data.cycles.filter(cycle => !cycle.forced && cycle.liveMb >= settings.liveMbMin)
      const first = cycles[0]
      const last = cycles.at(-1)
      if (!first || !last || cycles.length < settings.cyclesMin || last.atSeconds <= first.atSeconds) continue
      // The goal a cycle prints was set from what the cycle before it marked (mgcpacer.go, commit at mark termination).
      const ratio = median(cycles.slice(1).map((cycle, i) => cycle.goalMb / cycles[i]!.liveMb))
      const perSecond = (cycles.length - 1) / (last.atSeconds - first.atSeconds)
      const busy = perSecond >= settings.cyclesPerSecondMin && gcShare !== undefined && gcShare.share >= settings.gcShareMin
      if (ratio > settings.goalRatioMax && !busy) continue
      const live = median(cycles.map(cycle => cycle.liveMb))
      const limited = memoryLimitBinds(evidence) || (ratio <= settings.limitRatioMax && live >= settings.limitLiveMbMin)
      found.push({
        message: limited ? 'memory-limit' : 'low-gogc',
        data: {
          cycles: String(cycles.length),
          span: (last.atSeconds - first.atSeconds).toFixed(0),
          ratio: ratio.toFixed(2),
          share: gcShare === undefined ? '' : `; the collector takes ${Math.round(100 * gcShare.share)} % of the CPU the program uses`,
        },
        subject: {kind: 'process', name: 'garbage collector'},
        confidence: gcShare === undefined ? 0.75 : gcShare.share >= 0.1 ? 0.95 : 0.6,
        severity: gcShare !== undefined && gcShare.share < 0.1 ? 'info' : 'warning',
        measured: [
          {
            name: 'goal / live',
            value: Number(ratio.toFixed(3)),
            unit: '1',
            limit: settings.goalRatioMax,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          {
            name: 'collections',
            value: Number(perSecond.toFixed(3)),
            unit: '1/s',
            limit: settings.cyclesPerSecondMin,
            limitSource: 'detector.md#settings',
            artifact: artifact.id,
          },
          ...(gcShare === undefined
            ? []
            : [{name: 'GC share of used CPU', value: Number(gcShare.share.toFixed(3)), unit: '1', artifact: gcShare.artifact}]),
        ],
        places: [],
      })
    }
    return found
  },
})

/** From /cpu/classes: gc total over total minus idle, between the first and the last sample. */
function gcShareOfUsedCpu(evidence: ProgramEvidence): {share: number; artifact: string} | undefined {
  for (const artifact of evidence.of('metrics')) {
    const first = artifact.data.points[0]
    const last = artifact.data.points.at(-1)
    if (!first || !last || first === last) continue
    const delta = (name: string) => (last.values.get(name) ?? Number.NaN) - (first.values.get(name) ?? Number.NaN)
    const used = delta('/cpu/classes/total:cpu-seconds') - delta('/cpu/classes/idle:cpu-seconds')
    // The idle-priority mark workers take CPU nobody else wanted; they are no cost.
    const gc = delta('/cpu/classes/gc/total:cpu-seconds') - delta('/cpu/classes/gc/mark/idle:cpu-seconds')
    if (used > 0 && Number.isFinite(gc)) return {share: gc / used, artifact: artifact.id}
  }
  return undefined
}

/** Collector in a CPU profile: background marking and assists (runtime/mgc.go, mgcmark.go, Go 1.5 to 1.26). */
const collecting = /^runtime\.(?:gcBgMarkWorker|gcAssistAlloc1?|bgsweep|gcStart|gcMarkTermination)$/
/** Marking by Ps that were idle anyway has a frame of its own since Go 1.21 (runtime/mgcmark.go, gcDrainMarkWorkerIdle): it is no cost. */
const idleMarking = /^runtime\.gcDrainMarkWorkerIdle$/

/** From a CPU profile, where runtime/metrics was not captured: collector without idle marking over all that was used without it. */
function gcShareOfProfile(evidence: ProgramEvidence, samplesMin: number): {share: number; artifact: string} | undefined {
  const cpu = evidence.of('profile').findLast(artifact => artifact.data.profileType === 'cpu')
  if (cpu === undefined) return undefined
  const all = shareOf(cpu.data, timeIndex(cpu.data), anyFrame(collecting), cpu.program.module)
  const idle = shareOf(cpu.data, timeIndex(cpu.data), anyFrame(idleMarking), cpu.program.module)
  const used = all.total - idle.value
  return all.totalSamples < samplesMin || used <= 0 ? undefined : {share: (all.value - idle.value) / used, artifact: cpu.id}
}

/** Whether GOMEMLIMIT is set and the total memory is within a tenth of it. */
function memoryLimitBinds(evidence: ProgramEvidence): boolean {
  return evidence.of('metrics').some(artifact =>
    artifact.data.points.some(point => {
      const limit = point.values.get('/gc/gomemlimit:bytes')
      const mapped = point.values.get('/memory/classes/total:bytes')
      const released = point.values.get('/memory/classes/heap/released:bytes') ?? 0
      return limit !== undefined && mapped !== undefined && limit < 2 ** 62 && mapped - released >= 0.9 * limit
    }),
  )
}
