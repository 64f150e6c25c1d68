// The wire events of execution-trace format v2 and how they look from outside: names, arguments, which arguments are stacks or strings.
// Follows src/internal/trace/tracev2/events.go (specs) and event.go (tracev2Type2Kind), Go 1.22 to 1.26.

export const ev = {
  eventBatch: 1,
  stacks: 2,
  stack: 3,
  strings: 4,
  string: 5,
  cpuSamples: 6,
  cpuSample: 7,
  frequency: 8,
  procsChange: 9,
  procStart: 10,
  procStop: 11,
  procSteal: 12,
  procStatus: 13,
  goCreate: 14,
  goCreateSyscall: 15,
  goStart: 16,
  goDestroy: 17,
  goDestroySyscall: 18,
  goStop: 19,
  goBlock: 20,
  goUnblock: 21,
  goSyscallBegin: 22,
  goSyscallEnd: 23,
  goSyscallEndBlocked: 24,
  goStatus: 25,
  stwBegin: 26,
  stwEnd: 27,
  gcActive: 28,
  gcBegin: 29,
  gcEnd: 30,
  gcSweepActive: 31,
  gcSweepBegin: 32,
  gcSweepEnd: 33,
  gcMarkAssistActive: 34,
  gcMarkAssistBegin: 35,
  gcMarkAssistEnd: 36,
  heapAlloc: 37,
  heapGoal: 38,
  goLabel: 39,
  userTaskBegin: 40,
  userTaskEnd: 41,
  userRegionBegin: 42,
  userRegionEnd: 43,
  userLog: 44,
  goSwitch: 45,
  goSwitchDestroy: 46,
  goCreateBlocked: 47,
  goStatusStack: 48,
  experimentalBatch: 49,
  sync: 50,
  clockSnapshot: 51,
  endOfGeneration: 52,
  span: 128,
  spanAlloc: 129,
  spanFree: 130,
  heapObject: 131,
  heapObjectAlloc: 132,
  heapObjectFree: 133,
  goroutineStack: 134,
  goroutineStackAlloc: 135,
  goroutineStackFree: 136,
  /** Not on the wire: the reader's own Sync event (evSync in event.go is the largest event type). */
  readerSync: 255,
} as const

export const kindNames = [
  'Sync',
  'Metric',
  'Label',
  'StackSample',
  'RangeBegin',
  'RangeActive',
  'RangeEnd',
  'TaskBegin',
  'TaskEnd',
  'RegionBegin',
  'RegionEnd',
  'Log',
  'StateTransition',
  'Experimental',
] as const
export type EventKind = (typeof kindNames)[number]

export interface EventSpec {
  readonly name: string
  readonly kind: EventKind
  /** Arguments after the time difference. */
  readonly args: readonly string[]
  /** Positions in `args` that hold stack ids; the first is the stack of the context the event happened in. */
  readonly stacks: readonly number[]
  readonly strings: readonly number[]
}

const spec = (name: string, kind: EventKind, args = '', stacks: readonly number[] = [], strings: readonly number[] = []): EventSpec => ({
  name,
  kind,
  args: args === '' ? [] : args.split(' '),
  stacks,
  strings,
})

/** By wire number. Structural events are absent: they never stand in a batch of timed events. */
export const specs: ReadonlyMap<number, EventSpec> = new Map([
  [ev.procsChange, spec('ProcsChange', 'Metric', 'procs_value stack', [1])],
  [ev.procStart, spec('ProcStart', 'StateTransition', 'p p_seq')],
  [ev.procStop, spec('ProcStop', 'StateTransition')],
  [ev.procSteal, spec('ProcSteal', 'StateTransition', 'p p_seq m')],
  [ev.procStatus, spec('ProcStatus', 'StateTransition', 'p pstatus')],
  [ev.goCreate, spec('GoCreate', 'StateTransition', 'new_g new_stack stack', [2, 1])],
  [ev.goCreateSyscall, spec('GoCreateSyscall', 'StateTransition', 'new_g')],
  [ev.goStart, spec('GoStart', 'StateTransition', 'g g_seq')],
  [ev.goDestroy, spec('GoDestroy', 'StateTransition')],
  [ev.goDestroySyscall, spec('GoDestroySyscall', 'StateTransition')],
  [ev.goStop, spec('GoStop', 'StateTransition', 'reason_string stack', [1], [0])],
  [ev.goBlock, spec('GoBlock', 'StateTransition', 'reason_string stack', [1], [0])],
  [ev.goUnblock, spec('GoUnblock', 'StateTransition', 'g g_seq stack', [2])],
  [ev.goSyscallBegin, spec('GoSyscallBegin', 'StateTransition', 'p_seq stack', [1])],
  [ev.goSyscallEnd, spec('GoSyscallEnd', 'StateTransition')],
  [ev.goSyscallEndBlocked, spec('GoSyscallEndBlocked', 'StateTransition')],
  [ev.goStatus, spec('GoStatus', 'StateTransition', 'g m gstatus')],
  [ev.stwBegin, spec('STWBegin', 'RangeBegin', 'kind_string stack', [1], [0])],
  [ev.stwEnd, spec('STWEnd', 'RangeEnd')],
  [ev.gcActive, spec('GCActive', 'RangeActive', 'gc_seq')],
  [ev.gcBegin, spec('GCBegin', 'RangeBegin', 'gc_seq stack', [1])],
  [ev.gcEnd, spec('GCEnd', 'RangeEnd', 'gc_seq')],
  [ev.gcSweepActive, spec('GCSweepActive', 'RangeActive', 'p')],
  [ev.gcSweepBegin, spec('GCSweepBegin', 'RangeBegin', 'stack', [0])],
  [ev.gcSweepEnd, spec('GCSweepEnd', 'RangeEnd', 'swept_value reclaimed_value')],
  [ev.gcMarkAssistActive, spec('GCMarkAssistActive', 'RangeActive', 'g')],
  [ev.gcMarkAssistBegin, spec('GCMarkAssistBegin', 'RangeBegin', 'stack', [0])],
  [ev.gcMarkAssistEnd, spec('GCMarkAssistEnd', 'RangeEnd')],
  [ev.heapAlloc, spec('HeapAlloc', 'Metric', 'heapalloc_value')],
  [ev.heapGoal, spec('HeapGoal', 'Metric', 'heapgoal_value')],
  [ev.goLabel, spec('GoLabel', 'Label', 'label_string', [], [0])],
  [ev.userTaskBegin, spec('UserTaskBegin', 'TaskBegin', 'task parent_task name_string stack', [3], [2])],
  [ev.userTaskEnd, spec('UserTaskEnd', 'TaskEnd', 'task stack', [1])],
  [ev.userRegionBegin, spec('UserRegionBegin', 'RegionBegin', 'task name_string stack', [2], [1])],
  [ev.userRegionEnd, spec('UserRegionEnd', 'RegionEnd', 'task name_string stack', [2], [1])],
  [ev.userLog, spec('UserLog', 'Log', 'task key_string value_string stack', [3], [1, 2])],
  [ev.goSwitch, spec('GoSwitch', 'StateTransition', 'g g_seq')],
  [ev.goSwitchDestroy, spec('GoSwitchDestroy', 'StateTransition', 'g g_seq')],
  [ev.goCreateBlocked, spec('GoCreateBlocked', 'StateTransition', 'new_g new_stack stack', [2, 1])],
  [ev.goStatusStack, spec('GoStatusStack', 'StateTransition', 'g m gstatus stack', [3])],
  [ev.clockSnapshot, spec('ClockSnapshot', 'Sync', 'mono sec nsec')],
  [ev.span, spec('Span', 'Experimental', 'id npages_value kindclass')],
  [ev.spanAlloc, spec('SpanAlloc', 'Experimental', 'id npages_value kindclass')],
  [ev.spanFree, spec('SpanFree', 'Experimental', 'id')],
  [ev.heapObject, spec('HeapObject', 'Experimental', 'id type')],
  [ev.heapObjectAlloc, spec('HeapObjectAlloc', 'Experimental', 'id type')],
  [ev.heapObjectFree, spec('HeapObjectFree', 'Experimental', 'id')],
  [ev.goroutineStack, spec('GoroutineStack', 'Experimental', 'id order')],
  [ev.goroutineStackAlloc, spec('GoroutineStackAlloc', 'Experimental', 'id order')],
  [ev.goroutineStackFree, spec('GoroutineStackFree', 'Experimental', 'id')],
])

/** Arguments after the time difference, by wire number; -1 for what may not stand in a batch of timed events. */
export const argCounts = Int8Array.from({length: 256}, (_, type) => specs.get(type)?.args.length ?? -1)

/** Index into kindNames by event number. */
export const kindIndex = Uint8Array.from({length: 256}, (_, type) => {
  const kind = type === ev.readerSync ? 'Sync' : type === ev.cpuSample ? 'StackSample' : specs.get(type)?.kind
  return kind === undefined ? 255 : kindNames.indexOf(kind)
})

/** Position of the context's stack id in the arguments, -1 without one. A CPU sample's stack stands first. */
export const stackArg = Int8Array.from({length: 256}, (_, type) => (type === ev.cpuSample ? 0 : (specs.get(type)?.stacks[0] ?? -1)))

/** Position of a second stack id, and of the first string id of an event that has a stack. */
export const otherStackArg = Int8Array.from({length: 256}, (_, type) => specs.get(type)?.stacks[1] ?? -1)
export const stringArg = Int8Array.from({length: 256}, (_, type) => specs.get(type)?.strings[0] ?? -1)

/** Limits of the format, tracev2/events.go: MaxBatchSize, MaxFramesPerStack, MaxEventTrailerDataSize. */
export const batchBytesMax = 64 << 10
export const stackFramesMax = 128
export const stringBytesMax = 1 << 10

/** Goroutine states as the reader shows them (resources.go, GoState). */
export const goStateNames = ['Undetermined', 'NotExist', 'Runnable', 'Running', 'Waiting', 'Syscall'] as const
export const go = {undetermined: 0, notExist: 1, runnable: 2, running: 3, waiting: 4, syscall: 5} as const
/** Proc states as the reader shows them (resources.go, ProcState). */
export const procStateNames = ['Undetermined', 'NotExist', 'Running', 'Idle'] as const
export const proc = {undetermined: 0, notExist: 1, running: 2, idle: 3} as const

/** Wire status of a goroutine (tracev2 GoStatus: bad, runnable, running, syscall, waiting) as a state. */
export const goStateOfStatus = [go.undetermined, go.runnable, go.running, go.syscall, go.waiting] as const
/** Wire status of a P (tracev2 ProcStatus). */
export const procStatus = {bad: 0, running: 1, idle: 2, syscall: 3, syscallAbandoned: 4} as const
/** Wire status of a P as a state; an abandoned syscall shows as idle. */
export const procStateOfStatus = [proc.undetermined, proc.running, proc.idle, proc.running, proc.idle] as const
