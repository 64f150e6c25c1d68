// go-pointer-in-c-frame: where the process died in C, a C function works on Go memory that this call was not given. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {signalHandlerCalled} from '../../evidence/model/system.ts'
import type {NativeFrame} from '../../evidence/model/sanitizer.ts'

/** Arenas of the Go heap on 64-bit systems but Windows: 64 MiB, aligned (runtime/malloc.go, heapArenaBytes). */
const arenaBits = 26n

export default defineDetector({
  id: 'go-pointer-in-c-frame',
  title: 'C died on Go memory that the call did not give it',
  severity: 'error',
  since: '0.1',
  sources: ['https://github.com/golang/go/blob/go1.26.0/src/runtime/malloc.go', 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers'],
  settings: {},
  messages: {
    kept: {
      what: '{function} ({place}) died with {argument}={address}, an address in the Go heap, which {entry} was not called with',
      why: 'C has the pointer from an earlier call: unless it was pinned, the collector was free to give that memory to something else since',
      next: 'Look for the C function that was given this pointer before, and stores it.',
    },
  },

  run(evidence) {
    const arenas = new Set(evidence.of('crash').flatMap(({data}) => (data.heapAddresses ?? []).map(arenaOf)))
    const found = new Map<string, Observed<'kept'>>()
    if (arenas.size === 0) return []
    for (const {data} of evidence.of('native-stacks'))
      for (const {frames} of data.groups) {
        const one = observe(frames, arenas)
        if (one !== undefined && !found.has(one.subject.name)) found.set(one.subject.name, one)
      }
    return [...found.values()]
  },
})

const arenaOf = (address: string): bigint => BigInt(address) >> arenaBits

function observe(all: readonly NativeFrame[], arenas: ReadonlySet<bigint>): Observed<'kept'> | undefined {
  // The runtime sends SIGQUIT to the other threads of a crash (GOTRACEBACK=crash): those did not die where they stand.
  if (
    !all.some(
      frame => frame.function === 'runtime.sigtrampgo' && frame.args?.some(one => one.name === 'sig' && /^(?:4|7|8|11)$/.test(one.value)),
    )
  )
    return undefined
  const frames = all.slice(all.findLastIndex(frame => frame.function === signalHandlerCalled) + 1)
  const stub = frames.findIndex(frame => /^_cgo_\w+_C\w*func_/.test(frame.function))
  const [died, entry] = [frames[0], frames[stub - 1]]
  if (stub < 2 || died === undefined || entry?.args === undefined || inHeap(entry, arenas) !== undefined) return undefined
  const argument = inHeap(died, arenas)
  if (argument === undefined) return undefined
  return {
    message: 'kept',
    data: {
      function: died.function,
      place: `${died.file.replace(/^.*[/\\]/, '')}:${died.line}`,
      argument: argument.name,
      address: argument.value,
      entry: entry.function,
    },
    subject: {kind: 'process', name: `${died.function} of ${entry.function}`},
    confidence: 0.85,
    measured: [],
    places: frames
      .slice(0, stub)
      .filter(frame => frame.file !== '' && frame.line > 0)
      .map((frame, i) => ({
        role: i === 0 ? ('primary' as const) : ('step' as const),
        file: frame.file,
        line: frame.line,
        symbol: frame.function,
        label: i === 0 ? 'died here' : 'called from here',
      })),
  }
}

const inHeap = (frame: NativeFrame, arenas: ReadonlySet<bigint>) =>
  frame.args?.find(({value}) => value.startsWith('0x') && arenas.has(arenaOf(value)))
