// Limits and use of a cgroup: the files of `collect` (`# /sys/fs/cgroup/…/cpu.max` above each value), or one file by its name.
// Formats: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/, scheduler/sched-bwc.rst of the Linux kernel.
import type {CgroupState} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'
import {parseCpuList} from './cpu-list.ts'

const head = /^(?:# |==> )?(?:\S*\/)?((?:cpu|cpuset|memory|pids|io)\.[\w.]+)(?: <==)?:?$/
const single = /^((?:\S*\/)?((?:cpu|cpuset|memory|io)\.[\w.]+))\s*[:=]\s*(\S.*)$/
/** Files of several lines, each of which `grep . FILE…` writes behind the file's name. */
const severalLines = /\.(?:stat|events|pressure)$/
const valuesMax = 10_000

/** Values by file; what a limit file says in words is turned into numbers here and nowhere else. */
export function cgroupState(files: ReadonlyMap<string, string>): CgroupState {
  const values = new Map<string, number>()
  const put = (name: string, text: string) => {
    if (values.size >= valuesMax) return
    if (text === 'max') values.set(name, Infinity)
    else if (/^-?\d+(?:\.\d+)?$/.test(text)) values.set(name, Number(text))
  }
  for (const [file, text] of files)
    for (const line of text.trim().split('\n')) {
      const words = line.trim().split(/\s+/)
      if (words.length === 1) put(file, words[0] ?? '')
      else if (file.endsWith('.pressure'))
        for (const pair of words.slice(1)) put(`${file}/${words[0]}.${pair.split('=')[0]}`, pair.split('=')[1] ?? '')
      else if (words.length === 2 && file !== 'cpu.max') put(`${file}/${words[0]}`, words[1] ?? '')
    }
  const [quota, period] = (files.get('cpu.max') ?? '').trim().split(/\s+/)
  const v1 = values.get('cpu.cfs_quota_us')
  const v1Period = values.get('cpu.cfs_period_us')
  const cpuLimit =
    quota === 'max'
      ? Infinity
      : quota && period
        ? Number(quota) / Number(period)
        : v1 === -1
          ? Infinity
          : v1 !== undefined && v1Period !== undefined
            ? v1 / v1Period
            : undefined
  // throttled_usec in version 2, throttled_time in ns in version 1.
  const throttledUs = values.get('cpu.stat/throttled_usec')
  const throttledNs = values.get('cpu.stat/throttled_time')
  const throttledSeconds = throttledUs !== undefined ? throttledUs / 1e6 : throttledNs !== undefined ? throttledNs / 1e9 : undefined
  const cpus = parseCpuList(files.get('cpuset.cpus.effective') ?? files.get('cpuset.effective_cpus') ?? 'none')
  const memory = values.get('memory.max') ?? values.get('memory.limit_in_bytes')
  // Version 1 says "no limit" as the largest multiple of the page size.
  const memoryLimitBytes = memory !== undefined && memory > 2 ** 62 ? Infinity : memory
  const used = values.get('memory.current') ?? values.get('memory.usage_in_bytes')
  const [periods, throttled] = [values.get('cpu.stat/nr_periods'), values.get('cpu.stat/nr_throttled')]
  return {
    kind: 'cgroup',
    ...(cpuLimit === undefined || Number.isNaN(cpuLimit) ? {} : {cpuLimit}),
    ...(periods === undefined ? {} : {periods}),
    ...(throttled === undefined ? {} : {throttledPeriods: throttled}),
    ...(throttledSeconds === undefined ? {} : {throttledSeconds}),
    ...(cpus === undefined ? {} : {cpus}),
    ...(memoryLimitBytes === undefined ? {} : {memoryLimitBytes}),
    ...(used === undefined ? {} : {memoryUsedBytes: used}),
    values,
  }
}

export function cgroupReader(emit: Emit): TextReader {
  const files = new Map<string, string>()
  let current: string | undefined
  let start = -1
  let end = 0
  const bare = new Map<string, string>()
  /** Path of what stands before the colon, by name: `grep` repeats it on each line of a file. */
  const paths = new Map<string, string>()
  const takeNamed = (path: string, name: string, value: string) => {
    const more = severalLines.test(name) && paths.get(name) === path
    files.set(name, more ? `${files.get(name) ?? ''}\n${value}` : value)
    paths.set(name, path)
  }
  return {
    get open() {
      return current !== undefined
    },
    offer(line) {
      const text = line.text
      const named = /[:=]/.test(text) ? single.exec(text) : undefined
      const m = named ? undefined : head.exec(text)
      if (m) {
        // The first file of a name is the process's own; the mount's root follows it.
        current = m[1] !== undefined && !files.has(m[1]) ? m[1] : ''
        if (current !== '') files.set(current, '')
      } else if (named?.[1] !== undefined && named[2] !== undefined) takeNamed(named[1], named[2], named[3] ?? '')
      else if (current !== undefined && /^(?:[\w.]+(?: \S+)*|max|-?\d+|[\d,-]+)$/.test(text) && !/[()]/.test(text)) {
        if (current !== '') files.set(current, `${files.get(current) ?? ''}${text}\n`)
      } else if (
        current === undefined &&
        /^(?:nr_(?:periods|throttled)|throttled_(?:usec|time)|usage_usec|user_usec|system_usec) \d+$/.test(text)
      ) {
        bare.set('cpu.stat', `${bare.get('cpu.stat') ?? ''}${text}\n`)
      } else if (current === undefined && line.number === 1 && /^(?:max|\d{4,9}) \d{4,7}$/.test(text)) bare.set('cpu.max', text)
      else {
        current = undefined
        return false
      }
      if (start < 0) start = line.start
      end = line.end
      return true
    },
    finish() {
      if (files.size === 0) for (const [name, text] of bare) files.set(name, text)
      if (files.size > 0) emit({format: 'system/cgroup', start, end, data: cgroupState(files)})
    },
  }
}
