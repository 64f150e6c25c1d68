// pool-exhausted: every connection of a pool is taken and none comes back. See cause.md.
import {settleBy} from '../../diagnosis/captures.ts'
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, hazardsAt, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Observation} from '../../findings/finding.ts'

const rules = ['http-response-body-leak', 'http-request-without-context', 'cgo-blocking-call-no-deadline']

export default defineCause({
  id: 'pool-exhausted',
  title: 'Every connection of a pool is taken and none comes back',
  since: '0.1',
  joins: ['pool-exhaustion-cascade', ...rules],
  settledBy: 'goroutine-stacks',

  find: facts => observationsOf(facts, 'pool-exhaustion-cascade').map(wait => causeOf(wait, facts)),
})

function causeOf(wait: Observation, facts: CaseFile): FoundCause {
  const abandoned = wait.message.id === 'abandoned'
  const hazards = hazardsAt(facts, rules, [wait])
  const supports = new Set<SupportFactor>([
    abandoned ? 'goroutines wait for connections that no goroutine uses' : 'calls that hang hold the connections others wait for',
  ])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const acquire = wait.message.data['acquire'] ?? 'the pool'
  return {
    ...combine(supports, new Set()),
    title: abandoned ? `connections of ${acquire} are taken and not given back` : `calls that hang hold all connections of ${acquire}`,
    places: placesOfAll([wait, ...hazards]),
    chain: [
      shows(wait),
      ...hazards.map(explains),
      says(
        abandoned
          ? 'a connection that no goroutine works with is held by an open Rows, Stmt, Conn or Tx, which keeps it until it is closed; the collector does not close them'
          : 'Go can stop waiting for a call into C or the kernel, it cannot end the call: the connection stays taken',
      ),
    ],
    wrongIf: [
      abandoned
        ? 'a transaction is open on purpose while its goroutine waits for something outside the database'
        : 'the calls that hang belong to another pool than the one that is waited for',
      'the limit of the pool is smaller than what the load needs, and each connection comes back in time: then the same goroutines do not wait in both dumps',
    ],
    remedies: [
      {
        kind: 'code',
        do: abandoned
          ? `Close what was opened on every path, right after the error check (defer rows.Close()), in the callers around ${shownPlace(wait)} that use the same database; read rows to the end and look at rows.Err.`
          : `Give the call that hangs a time limit of its own, so that its connection comes back; it is shown beside ${shownPlace(wait)}.`,
      },
      {
        kind: 'setting',
        do: 'Give queries the context of their request, so that the wait for a connection ends, and set SetConnMaxLifetime; a larger SetMaxOpenConns only moves the end.',
      },
      {
        kind: 'guard',
        do: 'Export DB.Stats(): InUse, WaitCount, WaitDuration; raise an alarm while InUse stands at MaxOpenConnections, and refuse requests early then.',
      },
    ],
    verify: [
      {
        command: 'gotriage diagnose goroutine-1.txt goroutine-2.txt',
        expect: `no goroutine waits in ${acquire} in both`,
      },
    ],
    settle: [
      settleBy(
        'goroutine-stacks',
        'a third dump shows whether the same goroutines still wait, and DB.Stats().InUse whether all connections are out',
      ),
    ],
  }
}
