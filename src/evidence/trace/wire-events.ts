// Wire event numbers as constants of their own, for the two switches that every event passes: the bundler puts the numbers in place and V8 makes a
// jump table of them, which it does not of properties of an object. The compiler holds them against `ev`.
import type {ev, go} from './event-types.ts'

export const evCpuSample = 7 satisfies typeof ev.cpuSample
export const evProcsChange = 9 satisfies typeof ev.procsChange
export const evProcStart = 10 satisfies typeof ev.procStart
export const evProcStop = 11 satisfies typeof ev.procStop
export const evProcSteal = 12 satisfies typeof ev.procSteal
export const evProcStatus = 13 satisfies typeof ev.procStatus
export const evGoCreate = 14 satisfies typeof ev.goCreate
export const evGoCreateSyscall = 15 satisfies typeof ev.goCreateSyscall
export const evGoStart = 16 satisfies typeof ev.goStart
export const evGoDestroy = 17 satisfies typeof ev.goDestroy
export const evGoDestroySyscall = 18 satisfies typeof ev.goDestroySyscall
export const evGoStop = 19 satisfies typeof ev.goStop
export const evGoBlock = 20 satisfies typeof ev.goBlock
export const evGoUnblock = 21 satisfies typeof ev.goUnblock
export const evGoSyscallBegin = 22 satisfies typeof ev.goSyscallBegin
export const evGoSyscallEnd = 23 satisfies typeof ev.goSyscallEnd
export const evGoSyscallEndBlocked = 24 satisfies typeof ev.goSyscallEndBlocked
export const evGoStatus = 25 satisfies typeof ev.goStatus
export const evStwBegin = 26 satisfies typeof ev.stwBegin
export const evStwEnd = 27 satisfies typeof ev.stwEnd
export const evGcActive = 28 satisfies typeof ev.gcActive
export const evGcBegin = 29 satisfies typeof ev.gcBegin
export const evGcEnd = 30 satisfies typeof ev.gcEnd
export const evGcSweepActive = 31 satisfies typeof ev.gcSweepActive
export const evGcSweepBegin = 32 satisfies typeof ev.gcSweepBegin
export const evGcSweepEnd = 33 satisfies typeof ev.gcSweepEnd
export const evGcMarkAssistActive = 34 satisfies typeof ev.gcMarkAssistActive
export const evGcMarkAssistBegin = 35 satisfies typeof ev.gcMarkAssistBegin
export const evGcMarkAssistEnd = 36 satisfies typeof ev.gcMarkAssistEnd
export const evHeapAlloc = 37 satisfies typeof ev.heapAlloc
export const evHeapGoal = 38 satisfies typeof ev.heapGoal
export const evGoLabel = 39 satisfies typeof ev.goLabel
export const evUserTaskBegin = 40 satisfies typeof ev.userTaskBegin
export const evUserTaskEnd = 41 satisfies typeof ev.userTaskEnd
export const evUserRegionBegin = 42 satisfies typeof ev.userRegionBegin
export const evUserRegionEnd = 43 satisfies typeof ev.userRegionEnd
export const evUserLog = 44 satisfies typeof ev.userLog
export const evGoSwitch = 45 satisfies typeof ev.goSwitch
export const evGoSwitchDestroy = 46 satisfies typeof ev.goSwitchDestroy
export const evGoCreateBlocked = 47 satisfies typeof ev.goCreateBlocked
export const evGoStatusStack = 48 satisfies typeof ev.goStatusStack
export const evSpan = 128 satisfies typeof ev.span

/** Goroutine states, likewise. */
export const goRunnable = 2 satisfies typeof go.runnable
export const goRunning = 3 satisfies typeof go.running
export const goWaiting = 4 satisfies typeof go.waiting
