// gotriage collect: an evidence directory with a manifest.
import {errors} from '../../base/errors.ts'
import type {Command, Parsed} from '../command.ts'

function seconds(args: Parsed, name: string, otherwise: number): number {
  const text = args.flag(name)
  if (text === undefined) return otherwise
  const value = Number(text.replace(/s$/, ''))
  if (!Number.isFinite(value) || value < 0 || value > 86_400) throw errors.usage(`--${name} ${text}`, 'Give a number from 0 to 86400.')
  return value
}

function whole(args: Parsed, name: string, otherwise: number): number {
  const text = args.flag(name)
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw errors.usage(`--${name} ${text}`, 'Give a whole number, 0 or more.')
  return Number(text)
}

export const command: Command = {
  name: 'collect',
  summary: 'capture all that a diagnosis wants from a running program, in bounded time',
  usage: '-o DIR URL | --pid N | [URL] -- COMMAND…',
  flags: [
    {name: 'o', value: 'DIR', help: 'directory for the evidence; made when it is missing'},
    {
      name: 'pid',
      value: 'N',
      help: 'process of this machine, and the host beside it; its /debug/pprof is found by its ports, or given as URL',
    },
    {name: 'seconds', value: 'S', help: 'length of the capture (default 30)'},
    {name: 'heaps', value: 'N', help: 'heap profiles over that time (default 3)'},
    {name: 'cpu', value: 'S', help: 'seconds of CPU profile (default a third of the capture, at most 30; 0 for none)'},
    {name: 'trace', value: 'S', help: 'seconds of execution trace (default 0: none)'},
    {name: 'schedtrace', value: 'MS', help: 'with a command: a scheduler line each MS milliseconds'},
    {name: 'perf', value: 'S', help: 'seconds of perf record, if perf is installed (default 0: none)'},
    {name: 'strace', value: 'S', help: 'seconds of strace -c, if strace is installed; slows the program down (default 0: none)'},
    {name: 'sigquit', help: 'at the end send SIGQUIT: the program prints its goroutines and ends'},
    {name: 'goroutines-max', value: 'N', help: 'leave the text dump out above this many goroutines (default 20000)'},
  ],
  examples: ['gotriage collect -o evidence http://localhost:6060', 'gotriage collect -o evidence --seconds 10 -- ./server -listen :8080'],
  async run(args, context) {
    const {collect, costOf} = await import('../../operations/collect.ts')
    const {nodeProcesses} = await import('../../host/node/processes.ts')
    const directory = args.flag('o')
    if (directory === undefined) throw errors.usage('collect needs -o DIR', 'Name the directory for the evidence, like -o evidence.')
    const [first, ...rest] = args.positionals
    const isUrl = first !== undefined && (/^https?:\/\//.test(first) || /^[\w.-]*:\d+(\/.*)?$/.test(first))
    const words = isUrl ? rest : args.positionals
    const pid = args.flag('pid')
    if (pid !== undefined && !/^[1-9]\d{0,9}$/.test(pid)) throw errors.usage(`--pid ${pid}`, 'Give the number of a process.')
    const total = seconds(args, 'seconds', 30)
    const request = {
      directory,
      ...(isUrl ? {url: first} : {}),
      ...(pid === undefined ? {} : {pid: Number(pid)}),
      ...(words.length > 0 ? {command: words} : {}),
      seconds: total,
      heaps: Math.min(1000, Math.round(seconds(args, 'heaps', 3))),
      cpuSeconds: Math.round(seconds(args, 'cpu', Math.min(30, Math.max(1, Math.round(total / 3))))),
      traceSeconds: Math.round(seconds(args, 'trace', 0)),
      schedtraceMs: Math.round(seconds(args, 'schedtrace', 0)),
      perfSeconds: Math.round(seconds(args, 'perf', 0)),
      straceSeconds: Math.round(seconds(args, 'strace', 0)),
      sigquit: args.has('sigquit'),
      goroutinesMax: whole(args, 'goroutines-max', 20_000),
    }
    context.note('this capture costs the target:')
    for (const line of costOf(request)) context.note(`  ${line}`)
    const {manifest, files} = await collect(request, nodeProcesses, context.task)
    for (const note of manifest.notes) context.note(`note: ${note.message}`)
    if (files > 0) context.out(`${directory}: ${files} files and manifest.json\n`)
    return context.task.signal?.aborted ? 130 : 0
  },
}
