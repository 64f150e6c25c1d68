// The page of a diagnosis: picks the series and the profile that show the first cause, and hands them to the report.
import {sampleTypeIndex} from '../evidence/model/profile.ts'
import type {Identified} from '../diagnosis/engine/detector.ts'
import {declaredName, parseSymbolName} from '../base/symbol-name.ts'
import {flameSvg} from '../report/diagnosis/flame.ts'
import {heapChart, type Line} from '../report/diagnosis/heap-chart.ts'
import {renderDiagnosisPage} from '../report/diagnosis/page.ts'
import type {Diagnosis} from './diagnose.ts'

const mib = 1024 * 1024

export function diagnosisPage(diagnosis: Diagnosis): string {
  const {envelope, artifacts} = diagnosis
  const culprits = new Set(envelope.causes[0]?.places.map(place => place.symbol).filter(symbol => symbol !== undefined))
  const heaps = artifacts.filter(
    (a): a is Identified<'profile'> & {readonly programId: string} => a.data.kind === 'profile' && a.data.profileType === 'heap',
  )
  const last = heaps.at(-1)
  const space = last === undefined ? undefined : sampleTypeIndex(last.data, 'inuse_space')
  const marked = (name: string) => {
    const symbol = parseSymbolName(name)
    return symbol !== undefined && culprits.has(declaredName(symbol))
  }
  return renderDiagnosisPage({
    envelope,
    chart: heapChart(linesOf(artifacts)),
    flame:
      last === undefined || space === undefined
        ? undefined
        : {
            picture: flameSvg(last.data, space, marked),
            caption: `Live bytes by call path in ${last.path}, the last heap profile; a marked frame is the culprit's.`,
          },
    sourceLine: diagnosis.sourceLine,
  })
}

/** Live and goal from gctrace, total from runtime/metrics, live bytes of each heap profile; seconds since the first wall clock seen. */
function linesOf(artifacts: Diagnosis['artifacts']): Line[] {
  const lines: Line[] = []
  const times = artifacts
    .flatMap(a => [a.timeUnixNs, ...(a.data.kind === 'metrics' ? a.data.points.map(point => point.timeUnixNs) : [])])
    .filter(t => t !== undefined)
  const origin = times.reduce<bigint | undefined>((least, t) => (least === undefined || t < least ? t : least), undefined) ?? 0n
  const seconds = (time: bigint) => Number((time - origin) / 1000n) / 1e6
  for (const artifact of artifacts) {
    const {data} = artifact
    if (data.kind === 'gctrace') {
      lines.push(
        {name: 'live heap after each collection (gctrace)', style: 'live', points: data.cycles.map(c => [c.atSeconds, c.liveMb * mib])},
        {name: 'heap goal (gctrace)', style: 'goal', points: data.cycles.map(c => [c.atSeconds, c.goalMb * mib])},
      )
    }
    if (data.kind === 'metrics') {
      const points = data.points.flatMap(point => {
        const total = point.values.get('/memory/classes/total:bytes')
        return total === undefined || point.timeUnixNs === undefined ? [] : [[seconds(point.timeUnixNs), total] as const]
      })
      lines.push({name: 'memory mapped by the Go runtime (runtime/metrics)', style: 'total', points})
    }
  }
  const profiles = artifacts.flatMap(artifact => {
    if (artifact.data.kind !== 'profile' || artifact.data.profileType !== 'heap' || artifact.timeUnixNs === undefined) return []
    const index = sampleTypeIndex(artifact.data, 'inuse_space')
    if (index === undefined) return []
    let sum = 0
    for (let sample = 0; sample < artifact.data.sampleCount; sample++) sum += artifact.data.value(sample, index)
    return [[seconds(artifact.timeUnixNs), sum] as const]
  })
  lines.push({name: 'live bytes in a heap profile', style: 'profile', points: profiles})
  return lines
}
