// The states of the circuit breaker and of the A/B guard, drawn from the tables that every step of these policies is checked against.
import {abTransitions} from '../guards/policies/ab.ts'
import {breakerTransitions, type BreakerStatus} from '../guards/policies/breaker.ts'
import type {AbStatus} from '../guards/policies/ab.ts'
import type {Graph, Tone} from '../graph/graph.ts'

type Table = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

const breakerStates: Readonly<Record<BreakerStatus, readonly [what: string, tone: Tone]>> = {
  closed: ['calls pass and are counted', 'good'],
  open: ['calls are refused at once', 'bad'],
  'half-open': ['a few probes pass', 'attention'],
  'forced-open': ['refused until someone decides', 'bad'],
  disabled: ['calls pass uncounted', 'faint'],
}

const abStates: Readonly<Record<AbStatus, readonly [what: string, tone: Tone]>> = {
  running: ['the variant has its share', 'good'],
  downgraded: ['control has all traffic', 'bad'],
  recovering: ['the variant has a small share', 'attention'],
  stopped: ['control has all traffic until someone decides', 'faint'],
}

export const breakerGraph = (): Graph => graphOf('states of the circuit breaker', breakerTransitions, breakerStates)
export const abGraph = (): Graph => graphOf('states of the A/B guard', abTransitions, abStates)

/** An edge for each pair of states, with the events that may lead along it; staying is no edge. */
function graphOf(title: string, table: Table, states: Readonly<Record<string, readonly [string, Tone]>>): Graph {
  return {
    title,
    direction: 'right',
    nodes: Object.entries(states).map(([id, [what, tone]]) => ({id, lines: [id, what], tone})),
    edges: Object.entries(table).flatMap(([from, events]) => {
      const targets = new Map<string, string[]>()
      for (const [event, next] of Object.entries(events))
        for (const to of next) if (to !== from) targets.set(to, [...(targets.get(to) ?? []), event])
      return [...targets].map(([to, by]) => ({from, to, label: by.join(', ')}))
    }),
  }
}
