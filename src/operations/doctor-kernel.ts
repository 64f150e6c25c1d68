// The part of `gotriage doctor` that asks Linux: may this process use perf, bpftrace and a debugger, where do cores go, what does the cgroup allow.
// Sources: Linux Documentation/admin-guide/sysctl/kernel.rst (perf_event_paranoid, kptr_restrict, core_pattern), admin-guide/LSM/Yama.rst,
// admin-guide/cgroup-v2.rst, include/uapi/linux/capability.h; Go 1.25 release notes, "Container-aware GOMAXPROCS".
import type {Processes} from '../base/processes.ts'
import type {Ask, DoctorCheck} from './doctor.ts'

const fileBytesMax = 64 * 1024
/** Bits of CapEff in /proc/self/status. */
const capabilities = {sysPtrace: 19n, sysAdmin: 21n, perfmon: 38n, bpf: 39n} as const

type Read = (path: string) => Promise<string | undefined>

export async function kernelChecks(processes: Processes, ask: Ask): Promise<readonly DoctorCheck[]> {
  const read: Read = async path => {
    const bytes = await processes.readKernelFile(path, fileBytesMax)
    return bytes && new TextDecoder().decode(bytes).trim()
  }
  const status = await read('/proc/self/status')
  if (status === undefined) return [{id: 'kernel', status: 'off', what: 'this is no Linux: perf, bpftrace and cgroups are not asked for'}]
  const effective = BigInt(`0x${/^CapEff:\s*(?<hex>[0-9a-f]+)$/m.exec(status)?.groups?.['hex'] ?? '0'}`)
  const can = (name: keyof typeof capabilities) => ((effective >> capabilities[name]) & 1n) === 1n
  return [
    await perfCheck(read, ask, can('perfmon') || can('sysAdmin')),
    await bpfCheck(read, ask, (can('bpf') && can('perfmon')) || can('sysAdmin')),
    await ptraceCheck(read, can('sysPtrace')),
    await coreCheck(read),
    ...(await cgroupChecks(read)),
  ]
}

async function perfCheck(read: Read, ask: Ask, privileged: boolean): Promise<DoctorCheck> {
  const id = 'perf'
  const version = await ask(['perf', '--version'])
  const paranoid = Number((await read('/proc/sys/kernel/perf_event_paranoid')) ?? Number.NaN)
  const level = Number.isNaN(paranoid) ? 'perf_event_paranoid cannot be read' : `perf_event_paranoid is ${paranoid}`
  if (version === undefined || version.code !== 0)
    return {
      id,
      status: 'off',
      what: `perf is not installed or does not run (${level})`,
      mend: 'Install perf for this kernel (Debian: linux-perf, Ubuntu: linux-tools-$(uname -r)).',
    }
  if (privileged || paranoid < 2) return {id, status: 'ok', what: `${version.text.split('\n')[0] ?? 'perf'}; ${level}`}
  // 2 forbids kernel profiles to the unprivileged; 3 and 4 are patches of Debian and Ubuntu that forbid everything.
  return {
    id,
    status: 'off',
    what: paranoid === 2 ? `${level}: own processes can be profiled, without the kernel part` : `${level}: no profile without CAP_PERFMON`,
    mend: 'Run as root, give perf CAP_PERFMON, or "sysctl kernel.perf_event_paranoid=1".',
  }
}

async function bpfCheck(read: Read, ask: Ask, privileged: boolean): Promise<DoctorCheck> {
  const id = 'bpftrace'
  const version = await ask(['bpftrace', '--version'])
  const btf = await read('/sys/kernel/btf/vmlinux')
  const types = btf === undefined ? 'no BTF in /sys/kernel/btf' : 'BTF is there'
  if (version === undefined || version.code !== 0)
    return {id, status: 'off', what: `bpftrace is not installed or does not run (${types})`, mend: 'Install the package "bpftrace".'}
  if (!privileged)
    return {
      id,
      status: 'off',
      what: `${version.text.split('\n')[0] ?? id}, but no CAP_BPF and CAP_PERFMON (${types})`,
      mend: 'Run as root, or in a container with these capabilities.',
    }
  return {id, status: 'ok', what: `${version.text.split('\n')[0] ?? id}; ${types}`}
}

async function ptraceCheck(read: Read, privileged: boolean): Promise<DoctorCheck> {
  const scope = await read('/proc/sys/kernel/yama/ptrace_scope')
  const what = scope === undefined ? 'no Yama: processes of the same user can be attached to' : `yama/ptrace_scope is ${scope}`
  if (scope === undefined || scope === '0' || (privileged && scope !== '3'))
    return {id: 'ptrace', status: 'ok', what: privileged ? `${what}, and CAP_SYS_PTRACE` : what}
  return {
    id: 'ptrace',
    status: 'off',
    what: `${what}: gdb, dlv and strace cannot attach to a running process${scope === '1' ? ' that is not their child' : ''}`,
    mend:
      scope === '3'
        ? 'It cannot be lowered before the next boot; start the program under the debugger as root.'
        : 'Run as root, give CAP_SYS_PTRACE, or "sysctl kernel.yama.ptrace_scope=0".',
  }
}

async function coreCheck(read: Read): Promise<DoctorCheck> {
  const pattern = (await read('/proc/sys/kernel/core_pattern')) ?? ''
  const limit = /^Max core file size\s+(?<soft>\S+)/m.exec((await read('/proc/self/limits')) ?? '')?.groups?.['soft'] ?? 'unknown'
  const where = pattern.startsWith('|')
    ? `cores go to the program ${pattern.slice(1).split(' ')[0] ?? ''}`
    : `cores are written as "${pattern}"`
  if (limit !== '0') return {id: 'core', status: 'ok', what: `${where}, size ${limit}`}
  return {
    id: 'core',
    status: 'off',
    what: `${where}, but the size limit is 0`,
    mend: 'Run "ulimit -c unlimited" before the program, and set GOTRACEBACK=crash in it.',
  }
}

async function cgroupChecks(read: Read): Promise<readonly DoctorCheck[]> {
  const own = (await read('/proc/self/cgroup')) ?? ''
  const unified = /^0::(?<path>.*)$/m.exec(own)?.groups?.['path']
  const controllers = await read('/sys/fs/cgroup/cgroup.controllers')
  if (controllers === undefined || unified === undefined) return versionOne(read)
  const at = async (file: string) =>
    (await read(`/sys/fs/cgroup${unified === '/' ? '' : unified}/${file}`)) ?? (await read(`/sys/fs/cgroup/${file}`))
  const [memory, high, cpu, cpus, pids] = await Promise.all(
    ['memory.max', 'memory.high', 'cpu.max', 'cpuset.cpus.effective', 'pids.max'].map(at),
  )
  const [quota, period] = cpu?.split(' ').map(Number) ?? []
  return limits({
    version: 'cgroup v2',
    memory: numeric(memory),
    high: numeric(high),
    cpus: quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined,
    set: cpus,
    pids: numeric(pids),
  })
}

async function versionOne(read: Read): Promise<readonly DoctorCheck[]> {
  const [memory, quota, period, set, pids] = await Promise.all(
    ['memory/memory.limit_in_bytes', 'cpu/cpu.cfs_quota_us', 'cpu/cpu.cfs_period_us', 'cpuset/cpuset.effective_cpus', 'pids/pids.max'].map(
      file => read(`/sys/fs/cgroup/${file}`),
    ),
  )
  if (memory === undefined && quota === undefined)
    return [{id: 'cgroup', status: 'off', what: 'no cgroup limits can be read below /sys/fs/cgroup'}]
  const bytes = numeric(memory)
  const [q, p] = [Number(quota), Number(period)]
  return limits({
    version: 'cgroup v1',
    memory: bytes !== undefined && bytes < 2 ** 60 ? bytes : undefined, // no limit is the largest page-aligned number
    high: undefined,
    cpus: q > 0 && p > 0 ? q / p : undefined,
    set,
    pids: numeric(pids),
  })
}

const numeric = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined)
const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

interface Limits {
  readonly version: string
  readonly memory: number | undefined
  readonly high: number | undefined
  /** CPU bandwidth, in CPUs. */
  readonly cpus: number | undefined
  readonly set: string | undefined
  readonly pids: number | undefined
}

function limits({version, memory, high, cpus, set, pids}: Limits): readonly DoctorCheck[] {
  const cpu = `${cpus === undefined ? 'no CPU quota' : `a quota of ${cpus.toFixed(2)} CPUs`}${set === undefined || set === '' ? '' : `, CPUs ${set}`}`
  const ram = memory === undefined ? 'no memory limit' : `a memory limit of ${mebibytes(memory)}`
  return [
    {
      id: 'cgroup-cpu',
      status: 'ok',
      what: `${version}: ${cpu}`,
      ...(cpus === undefined
        ? {}
        : {
            mend: 'Go before 1.25 does not see the quota: set GOMAXPROCS to it, rounded up; since 1.25 the runtime does (go.mod must say go 1.25 or later).',
          }),
    },
    {
      id: 'cgroup-memory',
      status: 'ok',
      what: `${version}: ${ram}${high === undefined ? '' : `, throttled above ${mebibytes(high)}`}${pids === undefined ? '' : `, at most ${pids} tasks`}`,
      ...(memory === undefined
        ? {}
        : {mend: `The runtime does not read it: set GOMEMLIMIT some way below, like ${Math.floor((memory * 0.9) / 2 ** 20)}MiB.`}),
    },
  ]
}
