// A child process as a vessel of the pool, for native code: what it does wrong ends it, and not gotriage.
import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import type {Reply, Vessel, VesselEvents} from './pool.ts'
import type {WorkerCode} from './worker-file.ts'

type ProcessMessage<A> = 'ready' | Reply<A>

/** Characters kept of what the child prints to stderr, for the message about its end. */
const stderrCharactersMax = 2000

export function processVessel<Q, A>(code: WorkerCode, events: VesselEvents<A>, env: Readonly<Record<string, string>>): Vessel<Q> {
  const args = code.kind === 'file' ? [fileURLToPath(code.url)] : ['-e', code.script]
  const child = spawn(process.execPath, args, {
    env: {...process.env, NODE_OPTIONS: '', ...env},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (said = (said + text).slice(-stderrCharactersMax)))
  child.on('message', message => {
    const reply = message as ProcessMessage<A> // both ends are ours
    if (reply === 'ready') events.ready()
    else events.replied(reply)
  })
  child.on('error', error => events.died(error.message))
  child.on('exit', (exit, signal) =>
    events.died(`its process ended with ${signal ?? `exit code ${exit}`}${said === '' ? '' : `: ${said.trim().split('\n').at(-1)}`}`),
  )
  return {
    send(request) {
      if (child.connected) child.send(request as object)
    },
    stop: () => void child.kill('SIGKILL'),
  }
}
