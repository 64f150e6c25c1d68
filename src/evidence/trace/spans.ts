// Tasks and regions of a trace: how many, how long, and how much of it the world was stopped.
import type {TraceSpanGroup} from '../model/trace.ts'
import {ExactHistogram} from './exact-histogram.ts'

const namesMax = 2000
const openMax = 1 << 20
/** Durations of one name that are looked at against the stops; beyond it only counts and quantiles. */
const pairsMax = 100_000
/** Share of a slow task or region that stops must cover to be blamed. Source: STW detector rule, 30 % of its length. */
const stwShareMin = 0.3

interface Group {
  readonly kind: 'task' | 'region'
  readonly name: string
  count: number
  stwNs: number
  readonly lengths: ExactHistogram
  readonly pairs: {readonly ns: number; readonly stwNs: number}[]
}

export class Spans {
  readonly #groups = new Map<string, Group>()
  readonly #open = new Map<string, {readonly at: number; readonly stopped: number; readonly group: Group}[]>()
  cut = false

  /** `stoppedNs`: time so far with the world stopped. */
  begin(kind: 'task' | 'region', task: number, goroutine: number, name: string, at: number, stoppedNs: number): void {
    const group = this.#group(kind, name)
    if (group === undefined) return
    group.count++
    const key = keyOf(kind, task, goroutine, name)
    const list = this.#open.get(key)
    if (list !== undefined) list.push({at, stopped: stoppedNs, group})
    else if (this.#open.size < openMax) this.#open.set(key, [{at, stopped: stoppedNs, group}])
    else this.cut = true
  }

  end(kind: 'task' | 'region', task: number, goroutine: number, name: string, at: number, stoppedNs: number): void {
    const key = keyOf(kind, task, goroutine, name)
    const list = this.#open.get(key)
    const open = list?.pop()
    if (list?.length === 0) this.#open.delete(key)
    if (open === undefined) return // began before the trace
    const ns = at - open.at
    const stwNs = stoppedNs - open.stopped
    open.group.lengths.add(ns)
    open.group.stwNs += stwNs
    if (open.group.pairs.length < pairsMax) open.group.pairs.push({ns, stwNs})
    else this.cut = true
  }

  #group(kind: 'task' | 'region', name: string): Group | undefined {
    const key = `${kind} ${name}`
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    if (this.#groups.size >= namesMax) {
      this.cut = true
      return undefined
    }
    const group: Group = {kind, name, count: 0, stwNs: 0, lengths: new ExactHistogram(), pairs: []}
    this.#groups.set(key, group)
    return group
  }

  list(kind: 'task' | 'region'): TraceSpanGroup[] {
    return [...this.#groups.values()]
      .filter(group => group.kind === kind)
      .map(({name, count, stwNs, lengths, pairs}) => {
        const p99 = lengths.quantile(0.99)
        const slow = pairs.filter(pair => pair.ns > p99)
        return {
          name,
          count,
          ended: lengths.count,
          p50: lengths.quantile(0.5),
          p99,
          max: lengths.max,
          stwNs,
          slow: slow.length,
          slowInStw: slow.filter(pair => pair.stwNs >= stwShareMin * pair.ns).length,
        }
      })
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
  }
}

const keyOf = (kind: string, task: number, goroutine: number, name: string) =>
  kind === 'task' ? `t${task}` : `${goroutine} ${task} ${name}`
