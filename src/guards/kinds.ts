// The kinds of guard: from a YAML document to files, with what should be said about it. Nothing here writes.
import {readBreakerGuard} from './config/breaker.ts'
import {deadlineGo} from './codegen/deadline.ts'
import {guardRoot, line, milliseconds, packageName, whole} from './config/fields.ts'
import {readAbGuard} from './config/ab.ts'
import {abGo} from './codegen/ab.ts'
import {readMemoryGuard} from './config/memory.ts'
import {memoryGo} from './codegen/memory.ts'
import {cgoWarnings, readCgoGuard} from './config/cgo.ts'
import {ciFiles} from './codegen/ci.ts'
import {readCiGuard} from './config/ci.ts'
import {ginHelpersGo} from './codegen/gin.ts'
import {cgoGo} from './codegen/cgo.ts'
import {cgoMonitorDoc, monitorFiles} from './codegen/cgo-monitor.ts'
import {gomaxprocsGo} from './codegen/gomaxprocs.ts'
import {numaGo, numaPolicies} from './codegen/numa.ts'
import {structGo} from './codegen/struct.ts'
import {readStructGuard} from './config/struct.ts'
import {safeMapGo} from './codegen/safe-map.ts'
import {breakerGo} from './codegen/breaker.ts'
import {generatedHeader, type GeneratedFile} from './codegen/go-file.ts'
import {abWarnings} from './policies/ab.ts'
import {memoryWarnings} from './policies/gogc.ts'
import {breakerWarnings} from './policies/breaker-presets.ts'

export interface GuardOutput {
  readonly files: readonly GeneratedFile[]
  /** What this configuration cannot do, or does for nothing. */
  readonly warnings: readonly string[]
}

export interface GuardKindDefinition {
  /** One line for the help. */
  readonly summary: string
  /** `config` is the name the generated files mention, `command` what writes them again from their own directory. */
  generate(config: string, yaml: string, command?: string): GuardOutput
  /** C functions that `--check` looks for outside the generated package. */
  listed?(config: string, yaml: string): ReadonlySet<string>
}

export const guardKinds = {
  breaker: {
    summary: 'circuit breaker with a health score: plain, net/http, gin, gRPC',
    generate(config, yaml) {
      const guard = readBreakerGuard(guardRoot(config, yaml))
      return {files: breakerGo(guard, config), warnings: breakerWarnings(guard.policy)}
    },
  },
  ab: {
    summary: 'A/B trial that downgrades a variant that is worse than control',
    generate(config, yaml) {
      const guard = readAbGuard(guardRoot(config, yaml))
      const warnings = abWarnings(guard.policy)
      return {files: abGo(guard, config, warnings), warnings}
    },
  },
  gogc: {
    summary: 'GOGC controller and memory fuse over runtime/metrics',
    generate(config, yaml) {
      const guard = readMemoryGuard(guardRoot(config, yaml))
      const warnings = memoryWarnings(guard.policy)
      return {files: memoryGo(guard, config, warnings), warnings}
    },
  },
  cgo: {
    summary: 'calls into C: typed wrappers or a gate, with locks, threads, bounds, owners, errors, figures',
    generate(config, yaml, command) {
      const guard = readCgoGuard(config, yaml)
      return {files: cgoGo(guard, config, command), warnings: cgoWarnings(guard)}
    },
    listed: (config, yaml) => new Set(readCgoGuard(config, yaml).functions.map(fn => fn.name)),
  },
  cgomonitor: {
    summary: 'one monitor for all cgo packages of a process',
    generate(config, yaml) {
      const e = guardRoot(config, yaml).map(['guard', 'package', 'otel'])
      const guard = {package: packageName(e.get('package'), 'cgomonitor'), otel: e.get('otel')?.flag() ?? false}
      return {files: monitorFiles(guard, generatedHeader('cgomonitor', config), cgoMonitorDoc(guard)), warnings: []}
    },
  },
  ci: {
    summary: 'CI gate that can fail: race, checkptr, cgocheck2, asan, new findings',
    generate: (config, yaml) => ({files: ciFiles(readCiGuard(guardRoot(config, yaml)), config), warnings: []}),
  },
  gin: {
    summary: 'helpers for gin: UseIf, typed keys, goroutines with a copy of the context',
    generate: (config, yaml) => {
      const e = guardRoot(config, yaml).map(['guard', 'package'])
      return {files: ginHelpersGo(packageName(e.get('package'), 'ginhelp'), config), warnings: []}
    },
  },
  deadline: {
    summary: 'deadlines for requests, database sessions and background work, and an owner for goroutines',
    generate: (config, yaml) => {
      const e = guardRoot(config, yaml).map(['guard', 'package', 'http', 'database', 'exit', 'body'])
      const guard = {
        package: packageName(e.get('package'), 'deadline'),
        httpMs: milliseconds(e.get('http'), 5000),
        databaseMs: milliseconds(e.get('database'), 5000),
        exitMs: milliseconds(e.get('exit'), 10_000),
        body: line(e.get('body'), 'took too long'),
      }
      return {files: deadlineGo(guard, config), warnings: []}
    },
  },
  safemap: {
    summary: 'generic map for many goroutines that owns its values and reports its growth',
    generate(config, yaml) {
      const e = guardRoot(config, yaml).map(['guard', 'package', 'threshold'])
      return {
        files: safeMapGo({package: packageName(e.get('package'), 'safemap'), threshold: whole(e.get('threshold'), 10_000, 1)}, config),
        warnings: [],
      }
    },
  },
  struct: {
    summary: 'one record for Go and C, its offsets proven by both compilers; msgpack into C memory with an owner',
    generate: (config, yaml) => ({files: structGo(readStructGuard(guardRoot(config, yaml)), config), warnings: []}),
  },
  numa: {
    summary: 'launcher: CPUs and memory of one NUMA node for a whole process',
    generate(config, yaml) {
      const e = guardRoot(config, yaml).map(['guard', 'node', 'policy', 'cpus'])
      const cpus = e.get('cpus')
      const list = cpus?.text() ?? ''
      if (cpus !== undefined && !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) throw cpus.problem(`"${list}" is no list of CPUs`, 'Write 0-3,8.')
      const guard = {node: whole(e.get('node'), 0, 0, 1023), policy: e.get('policy')?.oneOf(numaPolicies) ?? ('bind' as const), cpus: list}
      return {
        files: numaGo(guard, config),
        warnings: [
          'binding is advice and no measurement: compare the program with and without it',
          ...(guard.policy === 'bind'
            ? ['under bind the program is killed when its node has no memory left, whatever other nodes have']
            : []),
        ],
      }
    },
  },
  gomaxprocs: {
    summary: 'GOMAXPROCS from quota and affinity, for programs built with Go before 1.25',
    generate(config, yaml) {
      const e = guardRoot(config, yaml).map(['guard', 'package', 'every'])
      const guard = {package: packageName(e.get('package'), 'maxprocs'), everyMs: milliseconds(e.get('every'), 1000, 1000)}
      return {files: gomaxprocsGo(guard, config), warnings: []}
    },
  },
} satisfies Record<string, GuardKindDefinition>

export type GuardKind = keyof typeof guardKinds
export const guardKindNames = Object.keys(guardKinds) as GuardKind[]
