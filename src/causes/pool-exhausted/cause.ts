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

interface Words {
  readonly factor: SupportFactor
  title(acquire: string): string
  readonly because: string
  readonly wrongIf: string
  remedy(place: string, open: string | undefined): string
}

const words: Readonly<Record<'exhausted' | 'abandoned' | 'nested', Words>> = {
  exhausted: {
    factor: 'calls that hang hold the connections others wait for',
    title: acquire => `calls that hang hold all connections of ${acquire}`,
    because: 'Go can stop waiting for a call into C or the kernel, it cannot end the call: the connection stays taken',
    wrongIf: 'the calls that hang belong to another pool than the one that is waited for',
    remedy: place => `Give the call that hangs a time limit of its own, so that its connection comes back; it is shown beside ${place}.`,
  },
  abandoned: {
    factor: 'goroutines wait for connections that no goroutine uses',
    title: acquire => `connections of ${acquire} are taken and not given back`,
    because:
      'a connection that no goroutine works with is held by an open Rows, Conn or Tx, or by a Row that is not scanned, until it is closed or its context ends; the collector does not close them',
    wrongIf: 'a transaction is open on purpose while its goroutine waits for something outside the database',
    remedy: place =>
      `Close what was opened on every path, right after the error check (defer rows.Close()), in the callers around ${place} that use the same database; read rows to the end and look at rows.Err.`,
  },
  nested: {
    factor: 'goroutines that hold a connection wait for a second one',
    title: acquire => `goroutines that hold a connection wait in ${acquire} for a second one`,
    because:
      'a Tx keeps a connection from Begin to Commit or Rollback, and a Rows until it is read to its end or closed; what goes through the DB meanwhile takes another one',
    wrongIf: 'the Tx or Rows that is open is of another database than the one whose connections are waited for',
    remedy: (place, open) =>
      open === 'a Rows'
        ? `Read the rows to the end into a slice and close them before the statement at ${place}, or ask for both in one statement (a JOIN, or IN with the ids).`
        : `Make the statement at ${place} through the Tx that is open (pass it down), or before Begin.`,
  },
}

function causeOf(wait: Observation, facts: CaseFile): FoundCause {
  const {id} = wait.message
  const said = words[id === 'abandoned' || id === 'nested' ? id : 'exhausted']
  const hazards = hazardsAt(facts, rules, [wait])
  const supports = new Set<SupportFactor>([said.factor])
  if (hazards.length > 0) supports.add('a hazard in source names the function that the evidence shows')
  const acquire = wait.message.data['acquire'] ?? 'the pool'
  return {
    ...combine(supports, new Set()),
    title: said.title(acquire),
    places: placesOfAll([wait, ...hazards]),
    chain: [shows(wait), ...hazards.map(explains), says(said.because)],
    wrongIf: [
      said.wrongIf,
      'the limit of the pool is smaller than what the load needs, and each connection comes back in time: then the same goroutines do not wait in both dumps',
    ],
    remedies: [
      {kind: 'code', do: said.remedy(shownPlace(wait), wait.message.data['open'])},
      {
        kind: 'setting',
        do: 'Give queries and transactions the context of their request, with a deadline: at its end the wait for a connection ends, and database/sql closes the Rows and rolls back the Tx that were made with it. A larger SetMaxOpenConns only moves the load at which it stands still; SetConnMaxLifetime does not reach a connection that is in use.',
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
