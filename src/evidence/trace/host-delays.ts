// What the host's scheduler did to threads while a trace was captured: perf sched and run-queue histograms that lie beside it.
// A trace has no CPU numbers and does not see threads wait for a CPU, so only these can tell such waits from others.
import type {Artifact} from '../model/artifact.ts'
import type {HostDelays} from '../model/trace.ts'
import {longWaitNs} from './attribution.ts'

const threadsMax = 100
const nsOfUnit: Readonly<Record<string, number>> = {nsecs: 1, usecs: 1e3, msecs: 1e6}

/** Undefined when nothing of the kind is among the artifacts. */
export function hostDelays(artifacts: readonly Artifact[]): HostDelays | undefined {
  const runQueue: HostDelays['runQueue'][number][] = []
  const threads: HostDelays['threads'][number][] = []
  for (const {data} of artifacts) {
    if (data.kind === 'latency-histogram') {
      const unit = nsOfUnit[data.unit]
      if (unit === undefined) continue
      const waits = data.buckets.reduce((sum, bucket) => sum + bucket.count, 0)
      const long = data.buckets.reduce((sum, bucket) => sum + (bucket.from * unit >= longWaitNs ? bucket.count : 0), 0)
      runQueue.push({title: data.title, waits, over300us: long})
    } else if (data.kind === 'perf-sched')
      for (const {task, switches, averageDelayMs, maxDelayMs} of data.tasks)
        threads.push({task, switches, averageNs: Math.round(averageDelayMs * 1e6), maxNs: Math.round(maxDelayMs * 1e6)})
  }
  if (runQueue.length === 0 && threads.length === 0) return undefined
  return {runQueue, threads: threads.sort((a, b) => b.maxNs - a.maxNs || (a.task < b.task ? -1 : 1)).slice(0, threadsMax)}
}
