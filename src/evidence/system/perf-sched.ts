// `perf sched latency` and `perf sched timehist`. Format: tools/perf/builtin-sched.c of the Linux kernel.
import {errors} from '../../base/errors.ts'
import type {PerfSched} from '../model/system.ts'
import type {Emit, TextReader} from '../logs/text-reader.ts'
import {blockReader} from './block-reader.ts'

type Task = {-readonly [K in keyof PerfSched['tasks'][number]]: PerfSched['tasks'][number][K]}
const tasksMax = 1_000_000

export const perfSchedLatencyReader = (emit: Emit): TextReader =>
  blockReader(emit, 'system/perf-sched-latency', head => {
    if (!/^\s*Task\s+\|\s+Runtime ms\s+\|\s+(?:Switches|Count)\s+\|\s+(?:Average delay|Avg delay) ms/.test(head.text)) return undefined
    const tasks: Task[] = []
    return {
      take({text}) {
        const m = /^\s*(\S.*?)\s*\|\s*([\d.]+) ms \|\s*(\d+) \|\s*avg:?\s*([\d.]+) ms \|\s*max:?\s*([\d.]+) ms/.exec(text)
        if (m) {
          tasks.push({
            task: m[1] ?? '',
            runtimeMs: Number(m[2]),
            switches: Number(m[3]),
            averageDelayMs: Number(m[4]),
            maxDelayMs: Number(m[5]),
          })
          if (tasks.length > tasksMax) throw errors.limit('tasks of perf sched latency', tasksMax)
          return true
        }
        return text === '' || /^\s*-{10,}|^\s*TOTAL:|^\s*INFO: /.test(text)
      },
      data: () => ({kind: 'perf-sched', source: 'latency', tasks}),
    }
  })

export const perfSchedTimehistReader = (emit: Emit): TextReader =>
  blockReader(emit, 'system/perf-sched-timehist', head => {
    if (!/^\s+time\s+cpu\s+task name\s+wait time\s+sch delay\s+run time/.test(head.text)) return undefined
    const tasks = new Map<string, Task & {sum: number}>()
    return {
      take({text}) {
        const m = /^\s*[\d.]+ \[\d+\]\s+(\S.*?)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\b/.exec(text)
        if (m) {
          const name = (m[1] ?? '').replace(/\[(\d+)(?:\/\d+)?\]$/, ':$1')
          let task = tasks.get(name)
          if (!task) {
            if (tasks.size >= tasksMax) throw errors.limit('tasks of perf sched timehist', tasksMax)
            tasks.set(name, (task = {task: name, runtimeMs: 0, switches: 0, averageDelayMs: 0, maxDelayMs: 0, waitMs: 0, sum: 0}))
          }
          const delay = Number(m[3])
          task.switches++
          task.runtimeMs += Number(m[4])
          task.waitMs = (task.waitMs ?? 0) + Number(m[2])
          task.sum += delay
          task.maxDelayMs = Math.max(task.maxDelayMs, delay)
          return true
        }
        return text === '' || /\(msec\)|^[-\s]{10,}$|^Samples (?:do not have|of)|^Warning:/.test(text)
      },
      data: () => ({
        kind: 'perf-sched',
        source: 'timehist',
        tasks: [...tasks.values()].map(({sum, ...task}) => ({...task, averageDelayMs: sum / task.switches})),
      }),
    }
  })
