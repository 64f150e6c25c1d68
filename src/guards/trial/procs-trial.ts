// What GOMAXPROCS costs under a CPU quota, in closed form: a program that keeps every P busy spends quota x period of CPU in the first quota/P of each period
// and stands still for the rest (CFS bandwidth control, Documentation/scheduler/sched-bwc.rst); with fewer Ps than quota, quota stays unused.

export interface ProcsRule {
  readonly name: string
  /** GOMAXPROCS for a quota in CPUs on so many CPUs. */
  readonly procs: (quota: number, cpus: number) => number
}

export const procsRules: readonly ProcsRule[] = [
  {name: 'all CPUs', procs: (_, cpus) => cpus}, // Go to 1.24
  /** uber-go/automaxprocs 1.6.0: rounded down, at least 1 (internal/runtime, DefaultRoundFunc; maxprocs.Min). */
  {name: 'automaxprocs', procs: quota => Math.max(1, Math.floor(quota))},
  /** Go 1.25 and `guard gomaxprocs`: rounded up, at least 2 (runtime/cgroup_linux.go, adjustCgroupGOMAXPROCS). */
  {name: 'Go 1.25', procs: (quota, cpus) => Math.max(1, Math.min(cpus, Math.max(2, Math.ceil(quota))))},
]

export interface ProcsCell {
  readonly procs: number
  /** Share of the time in which a busy program stands still. */
  readonly throttled: number
  /** Longest stop in one period of 100 ms. Unit: ms. */
  readonly stopMs: number
  /** Share of the quota that cannot be used. */
  readonly unused: number
}

const periodMs = 100

export function procsCell(rule: ProcsRule, quota: number, cpus: number): ProcsCell {
  const procs = rule.procs(quota, cpus)
  const throttled = Math.max(0, 1 - quota / procs)
  return {procs, throttled, stopMs: throttled * periodMs, unused: Math.max(0, 1 - procs / quota)}
}
