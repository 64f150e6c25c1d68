// `guard probes`: bpftrace and perf scripts that answer one question about a running Go program. Only entries of functions are probed, and returns by
// the address of each RET: a uretprobe on a Go function rewrites a return address that the runtime reads when it moves the stack, and the
// program dies (golang/go#22008). Facts of the runtime are of src/runtime as cited at each probe; register arguments: Go 1.17 (amd64), 1.18 (arm64).
import {generatedHeader, type GeneratedFile} from './go-file.ts'

export const probeQuestions = [
  'blocked-c-call',
  'goroutine-creation',
  'run-queue-wait',
  'thread-migration',
  'thread-creation',
  'lock-hold',
] as const
export type ProbeQuestion = (typeof probeQuestions)[number]

/** What is known of the program; addresses are the ELF file's. */
export interface ProbeTarget {
  readonly binary: string
  /** `go1.26.0`. */
  readonly goVersion: string
  readonly goarch: 'amd64' | 'arm64'
  readonly buildId: string
  readonly stripped: boolean
  /** Entry of a function, by the linker's name. */
  entry(name: string): bigint | undefined
  /** Offset in the file of an address. */
  fileOffset(address: bigint): bigint | undefined
  /** Of `goid` in runtime.g, from DWARF. */
  readonly goidOffset?: number
}

/** Waits above this are told one by one; shorter ones are only counted. Unit: µs. */
export const probeThresholdUs = 300

export interface ProbeScripts {
  readonly files: readonly GeneratedFile[]
  readonly notes: readonly string[]
}

export function probeScripts(question: ProbeQuestion, target: ProbeTarget, config: string): ProbeScripts {
  const s = new Script(question, target, config)
  questions[question](s)
  return {files: s.files(), notes: s.notes}
}

/** `go1.26.0` as 26. */
const minor = (goVersion: string): number => Number(/^go1\.(\d+)/.exec(goVersion)?.[1] ?? 0)

class Script {
  readonly notes: string[] = []
  readonly #question: ProbeQuestion
  readonly #target: ProbeTarget
  readonly #config: string
  readonly #bpftrace: string[] = []
  readonly #perf: string[] = []
  /** Functions whose RETs are probed: their addresses come from `go tool objdump` when the script runs. */
  readonly #returns: {readonly name: string; readonly body: string}[] = []

  constructor(question: ProbeQuestion, target: ProbeTarget, config: string) {
    this.#question = question
    this.#target = target
    this.#config = config
  }

  get target(): ProbeTarget {
    return this.#target
  }

  /** The first of these functions that the program has. */
  first(...names: readonly string[]): {readonly name: string; readonly address: bigint} | undefined {
    for (const name of names) {
      const address = this.#target.entry(name)
      if (address !== undefined) return {name, address}
    }
    return undefined
  }

  /** Argument `index` (a word) of a Go function at its entry. */
  arg(index: number): string {
    const {goarch, goVersion} = this.#target
    const register = goarch === 'amd64' ? ['ax', 'bx', 'cx', 'di'][index] : `r${index}`
    if (minor(goVersion) >= (goarch === 'amd64' ? 17 : 18)) return `reg("${register ?? ''}")`
    return `*(uint64*)(reg("sp") + ${8 * (index + 1)})` // the stack, as assembly has it to this day
  }

  /** As `arg`, for uprobe_events. */
  perfArg(index: number): string {
    const {goarch, goVersion} = this.#target
    if (minor(goVersion) >= (goarch === 'amd64' ? 17 : 18))
      return goarch === 'amd64' ? `%${['ax', 'bx', 'cx', 'di'][index] ?? ''}` : `%x${index}`
    return `+${8 * (index + 1)}(%sp)`
  }

  /** The caller's address at a function's entry. */
  get caller(): string {
    return this.#target.goarch === 'amd64' ? '*(uint64*)reg("sp")' : 'reg("r30")'
  }

  /** The current goroutine's g, where Go keeps it (R14 and R28 of the internal ABI). */
  get g(): string {
    return this.#target.goarch === 'amd64' ? 'reg("r14")' : 'reg("r28")'
  }

  /** ` goroutine %d` and its argument for a pointer to a g. */
  goid(g: string): {readonly format: string; readonly arg: string} {
    const {goidOffset} = this.#target
    return goidOffset === undefined ? {format: 'g 0x%lx', arg: g} : {format: 'goroutine %ld', arg: `*(uint64*)(${g} + ${goidOffset})`}
  }

  begin(what: string): void {
    this.#bpftrace.push(`BEGIN\n{\n\tprintf("${what} Ctrl-C ends it.\\n");\n}`)
  }

  text(block: string): void {
    this.#bpftrace.push(block.trim())
  }

  entry(fn: {readonly name: string; readonly address: bigint}, body: string, predicate = ''): void {
    const where = `uprobe:${this.#target.binary}:0x${fn.address.toString(16)}`
    this.#bpftrace.push(`// ${fn.name}\n${where}\n${predicate === '' ? '' : `/${predicate}/\n`}{\n${indent(body)}\n}`)
  }

  atReturns(name: string, body: string): void {
    this.#returns.push({name, body})
  }

  perfEvent(event: string, fn: {readonly address: bigint}, args: readonly string[] = []): void {
    const offset = this.#target.fileOffset(fn.address)
    if (offset !== undefined)
      this.#perf.push(`p:gotriage/${event} ${this.#target.binary}:0x${offset.toString(16)}${args.map(arg => ` ${arg}`).join('')}`)
  }

  /** What perf records besides the probes, and how it is read. */
  perf(also: readonly string[], read: string): void {
    const events = this.#perf.map(line => line.split(' ')[0]!.slice(2).replace('/', ':'))
    const all = [...events, ...also]
    this.#perf.push(`record ${all.map(event => `-e '${event}'`).join(' ')}`, read.trim())
  }

  files(): GeneratedFile[] {
    const name = this.#question
    const {goVersion, buildId, stripped, binary} = this.#target
    const about = [
      generatedHeader(`probes ${name}`, this.#config),
      `// Of ${goVersion}, build id ${buildId}: the addresses are those of this build alone. No return of a Go function is probed with a uretprobe.`,
    ]
    const program = `${about.join('\n')}\n\n${this.#bpftrace.join('\n\n')}\n`
    const run = `bpftrace${stripped ? ' --unsafe' : ''}`
    const files: GeneratedFile[] =
      this.#returns.length === 0
        ? [{path: `${name}.bt`, text: program}]
        : [{path: `${name}.bt.sh`, text: this.#returnsScript(program, run), executable: true}]
    if (stripped && this.#returns.length === 0)
      this.notes.push(`the program has no symbol table: run bpftrace with --unsafe, it cannot check addresses`)
    if (this.#perf.length > 0) files.push({path: `${name}.perf.sh`, text: this.#perfScript(binary), executable: true})
    return files
  }

  /** Shell, because only a disassembler knows where the RETs are, and Go has one. */
  #returnsScript(program: string, run: string): string {
    const {binary} = this.#target
    const parts = this.#returns.map(({name, body}) => {
      const pattern = `^${name.replaceAll(/[.*()[\]+?$]/g, '\\$&')}$`
      return `# Every RET of ${name}: an instruction's own address is a safe place for a uprobe, a uretprobe is not.
returns=$(go tool objdump -s '${pattern}' "$binary" | awk '$4 == "RET" {print $2}')
[ -n "$returns" ] || { echo "no RET of ${name} was found; is go on the PATH, and is this the build?" >&2; exit 1; }
for address in $returns; do
	cat <<PROGRAM

uprobe:$binary:$address
{
${indent(body).replaceAll('$', '\\$')}
}
PROGRAM
done >>"$program"`
    })
    return `#!/usr/bin/env bash
${generatedHeader(`probes ${this.#question}`, this.#config, '#')}
# Writes a bpftrace program and runs it, as root: ${this.#question}.bt.sh [bpftrace options]. PRINT=1 prints the program instead.
set -euo pipefail
binary=${shellWord(binary)}
program=$(mktemp)
trap 'rm -f "$program"' EXIT
cat >"$program" <<'PROGRAM'
${program.trimEnd()}
PROGRAM
${parts.join('\n')}
if [ -n "\${PRINT:-}" ]; then
	cat "$program"
	exit
fi
${run} "$@" "$program"
`
  }

  #perfScript(binary: string): string {
    const probes = this.#perf.filter(line => line.startsWith('p:'))
    const record = this.#perf.find(line => line.startsWith('record '))?.slice('record '.length) ?? ''
    const read = this.#perf.at(-1) ?? ''
    return `#!/usr/bin/env bash
${generatedHeader(`probes ${this.#question}`, this.#config, '#')}
# The same with perf, for machines without bpftrace: ${this.#question}.perf.sh PID [SECONDS], as root. Offsets are file offsets of this build:
# ${shellWord(binary)}, build id ${this.#target.buildId}.
set -euo pipefail
pid=\${1:?the process id of the program}
seconds=\${2:-10}
${
  probes.length === 0
    ? ''
    : `events=/sys/kernel/tracing/uprobe_events
forget() {
	${probes.map(line => `echo '-:${line.split(' ')[0]!.slice(2)}' >>"$events"`).join('\n\t')}
}
trap forget EXIT
${probes.map(line => `echo '${line}' >>"$events"`).join('\n')}
`
}perf record -q -o gotriage-probe.data -p "$pid" ${record} -- sleep "$seconds"
${read}
`
  }
}

const indent = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map(line => (line === '' ? line : `\t${line}`))
    .join('\n')

const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Prints a map every ten seconds and at the end. */
const everyTenSeconds = (maps: readonly string[]): string =>
  `interval:s:10\n{\n\ttime("%H:%M:%S\\n");\n${maps.map(map => `\tprint(${map});\n\tclear(${map});\n`).join('')}}`

const scriptOf = 'perf script -i gotriage-probe.data -F tid,time,event,trace'

const questions: Readonly<Record<ProbeQuestion, (s: Script) => void>> = {
  /**
   * runtime.cgocall (cgocall.go) is entered with the C function; when C returns the same thread enters runtime.exitsyscall (proc.go). C that calls Go
   * enters cgocallbackg, which calls exitsyscall too: that one is no return. The thread cannot change between: it is in C.
   */
  'blocked-c-call'(s) {
    const [call, back, exit] = [s.first('runtime.cgocall'), s.first('runtime.cgocallbackg'), s.first('runtime.exitsyscall')]
    if (call === undefined || exit === undefined) {
      s.notes.push('the program has no runtime.cgocall: it was built without cgo and calls no C')
      return
    }
    s.begin(`C calls of more than ${probeThresholdUs} us; every 10 s those that have not returned.`)
    s.entry(
      call,
      `@depth[tid] += 1;\n@since[tid, @depth[tid]] = nsecs;\n@fn[tid, @depth[tid]] = ${s.arg(0)};\n@inC[tid, usym(${s.arg(0)})] = nsecs;`,
    )
    if (back !== undefined) s.entry(back, '@callback[tid] = 1;')
    s.entry(
      exit,
      `if (@callback[tid]) {
	delete(@callback[tid]); // C called Go; C itself goes on
	return;
}
$us = (nsecs - @since[tid, @depth[tid]]) / 1000;
@us[usym(@fn[tid, @depth[tid]])] = hist($us);
if ($us > ${probeThresholdUs}) {
	printf("thread %d: %d us in %s\\n", tid, $us, usym(@fn[tid, @depth[tid]]));
}
delete(@inC[tid, usym(@fn[tid, @depth[tid]])]);
delete(@since[tid, @depth[tid]]);
delete(@fn[tid, @depth[tid]]);
@depth[tid] -= 1;`,
      '@depth[tid] > 0',
    )
    s.text('interval:s:10\n{\n\tprintf("now %llu; in C since (ns):\\n", nsecs);\n\tprint(@inC);\n}')
    s.text('END\n{\n\tclear(@depth);\n\tclear(@since);\n\tclear(@fn);\n\tclear(@callback);\n}')
    s.perfEvent('cgocall', call, [`fn=${s.perfArg(0)}`])
    if (back !== undefined) s.perfEvent('callback', back)
    s.perfEvent('exitsyscall', exit)
    s.perf(
      [],
      `${scriptOf} | awk '
	{ tid = $1; t = $2 + 0; event = $3 }
	event ~ /:cgocall:/     { depth[tid]++; since[tid, depth[tid]] = t; fn[tid, depth[tid]] = $NF }
	event ~ /:callback:/    { callback[tid] = 1 }
	event ~ /:exitsyscall:/ {
		if (callback[tid]) { callback[tid] = 0; next }
		if (depth[tid] > 0) {
			us = (t - since[tid, depth[tid]]) * 1e6
			if (us > ${probeThresholdUs}) printf "thread %s: %d us in the C function at %s\\n", tid, us, fn[tid, depth[tid]]
			delete since[tid, depth[tid]]; depth[tid]--
		}
	}
	END { for (k in since) { split(k, part, SUBSEP); printf "thread %s has not returned from %s\\n", part[1], fn[k] } }'`,
    )
  },

  /** A go statement calls runtime.newproc with the function value (proc.go): its first word is the code, the return address is the statement. */
  'goroutine-creation'(s) {
    const made = s.first('runtime.newproc')
    if (made === undefined) return
    s.begin('Goroutines started every 10 s, by go statement and function.')
    s.entry(made, `@started[usym(${s.caller}), usym(*(uint64*)${s.arg(0)})] = count();`)
    s.text(everyTenSeconds(['@started']))
    s.perfEvent('newproc', made, [`site=${s.target.goarch === 'amd64' ? '+0(%sp)' : '%x30'}`, `fn=+0(${s.perfArg(0)})`])
    s.perf(
      [],
      `perf script -i gotriage-probe.data -F trace | sort | uniq -c | sort -rn | head -40 # addresses: gotriage symbolize names them`,
    )
  },

  /**
   * Made runnable: runqput(p, g) or globrunqput(g), else ready(g); running: execute(g) (all proc.go). What the linker inlined away is not probed.
   * Whole batches (runqputbatch, injectglist) and steals move goroutines that were put before; the first time counts.
   */
  'run-queue-wait'(s) {
    const execute = s.first('runtime.execute')
    const local = s.first('runtime.runqput')
    const global = s.first('runtime.globrunqput')
    const ready = local === undefined ? s.first('runtime.ready') : undefined
    if (execute === undefined || (local ?? global ?? ready) === undefined) {
      s.notes.push('runtime.execute or the functions that queue goroutines are inlined in this build')
      return
    }
    s.begin(`Time goroutines wait in a run queue; waits of more than ${probeThresholdUs} us one by one.`)
    if (local !== undefined) s.entry(local, `@queued[pid, ${s.arg(1)}] = nsecs;`)
    if (global !== undefined) s.entry(global, `@queued[pid, ${s.arg(0)}] = nsecs;`)
    if (ready !== undefined) s.entry(ready, `@queued[pid, ${s.arg(0)}] = nsecs;`)
    const who = s.goid('$g')
    s.entry(
      execute,
      `$g = ${s.arg(0)};
if (@queued[pid, $g] > 0) {
	$us = (nsecs - @queued[pid, $g]) / 1000;
	@wait_us = hist($us);
	if ($us > ${probeThresholdUs}) {
		printf("${who.format} waited %d us, thread %d, cpu %d\\n", ${who.arg}, $us, tid, cpu);
	}
	delete(@queued[pid, $g]);
}`,
    )
    s.text('END\n{\n\tclear(@queued);\n}')
    if (local !== undefined) s.perfEvent('runqput', local, [`g=${s.perfArg(1)}`])
    if (global !== undefined) s.perfEvent('globrunqput', global, [`g=${s.perfArg(0)}`])
    if (ready !== undefined) s.perfEvent('ready', ready, [`g=${s.perfArg(0)}`])
    s.perfEvent('execute', execute, [`g=${s.perfArg(0)}`])
    s.perf(
      [],
      `${scriptOf} | awk '
	{ t = $2 + 0; g = $NF }
	$3 !~ /:execute:/ { queued[g] = t }
	$3 ~ /:execute:/ && g in queued {
		us = (t - queued[g]) * 1e6; n++; sum += us; if (us > worst) worst = us
		if (us > ${probeThresholdUs}) printf "%s waited %d us, thread %s\\n", g, us, $1
		delete queued[g]
	}
	END { if (n) printf "%d waits, mean %.1f us, longest %d us\\n", n, sum / n, worst }'`,
    )
  },

  /** A goroutine moves when execute(g) (proc.go) runs on another thread than before, a thread when the kernel puts it on another CPU. */
  'thread-migration'(s) {
    const execute = s.first('runtime.execute')
    s.begin('Goroutines that change threads, threads that change CPUs, every 10 s.')
    if (execute !== undefined)
      s.entry(
        execute,
        `$g = ${s.arg(0)};
@ours[tid] = 1;
@runs = count();
if (@thread[pid, $g] != 0 && @thread[pid, $g] != tid) {
	@goroutine_moves = count();
}
@thread[pid, $g] = tid;`,
      )
    s.text(
      `tracepoint:sched:sched_migrate_task
/@ours[args->pid]/
{
	@thread_moves[args->orig_cpu, args->dest_cpu] = count();
}`,
    )
    s.text(everyTenSeconds([...(execute === undefined ? [] : ['@runs', '@goroutine_moves']), '@thread_moves']))
    s.text(`END\n{\n${execute === undefined ? '' : '\tclear(@thread);\n'}\tclear(@ours);\n}`)
    if (execute !== undefined) s.perfEvent('execute', execute, [`g=${s.perfArg(0)}`])
    s.perf(
      ['sched:sched_migrate_task'],
      `${scriptOf} | awk '
	$3 ~ /:execute:/ { runs++; g = $NF; if (g in thread && thread[g] != $1) moves++; thread[g] = $1 }
	$3 ~ /sched_migrate_task:/ { kernel++ }
	END { printf "%d runs of goroutines, %d on another thread than before; %d moves between CPUs\\n", runs, moves, kernel }'`,
    )
  },

  /** Every thread of the runtime is made by newm (proc.go), whether by clone or by pthread_create; the stack says for what. */
  'thread-creation'(s) {
    const made = s.first('runtime.newm')
    if (made === undefined) return
    s.begin('Threads made by the runtime, by reason, every 10 s; threads that C makes itself are counted by the kernel alone.')
    s.entry(made, `@made[usym(${s.caller}), ustack(6)] = count();\n@ours[pid] = 1;`)
    s.text('tracepoint:sched:sched_process_fork\n/@ours[pid]/\n{\n\t@forked = count();\n}')
    s.text('tracepoint:sched:sched_process_exit\n/@ours[pid]/\n{\n\t@ended = count();\n}')
    s.text(everyTenSeconds(['@made', '@forked', '@ended']))
    s.text('END\n{\n\tclear(@ours);\n}')
    s.perfEvent('newm', made, [`site=${s.target.goarch === 'amd64' ? '+0(%sp)' : '%x30'}`])
    s.perf(
      ['sched:sched_process_fork', 'sched:sched_process_exit'],
      `perf script -i gotriage-probe.data -F event,trace | sort | uniq -c | sort -rn | head -40 # addresses: gotriage symbolize names them`,
    )
  },

  /**
   * The fast paths of sync.Mutex are inlined and leave nothing to probe, so only contended holds show: from the return of lockSlow to the entry of
   * unlockSlow of the same mutex by the same goroutine (internal/sync/mutex.go; sync/mutex.go before Go 1.24). A hold that began on the fast
   * path is not seen; one that began after an unseen unlock is reported too long. The mutex profile has neither fault.
   */
  'lock-hold'(s) {
    const lock = s.first('internal/sync.(*Mutex).lockSlow', 'sync.(*Mutex).lockSlow')
    const unlock = s.first('internal/sync.(*Mutex).unlockSlow', 'sync.(*Mutex).unlockSlow')
    if (lock === undefined || unlock === undefined) {
      s.notes.push('the program never waits for a sync.Mutex: lockSlow is not in it')
      return
    }
    s.begin('Contended sync.Mutex locks: waits, and holds while others wait.')
    s.entry(lock, `@mutex[pid, ${s.g}] = ${s.arg(0)};\n@asked[pid, ${s.g}] = nsecs;`)
    const who = s.goid(s.g)
    s.atReturns(
      lock.name,
      `$m = @mutex[pid, ${s.g}];
@wait_us = hist((nsecs - @asked[pid, ${s.g}]) / 1000);
@owner[pid, $m] = ${s.g};
@since[pid, $m] = nsecs;
delete(@mutex[pid, ${s.g}]);
delete(@asked[pid, ${s.g}]);`,
    )
    s.entry(
      unlock,
      `$m = ${s.arg(0)};
if (@owner[pid, $m] == ${s.g}) {
	$us = (nsecs - @since[pid, $m]) / 1000;
	@hold_us = hist($us);
	if ($us > ${probeThresholdUs}) {
		printf("${who.format} held mutex 0x%lx for %d us\\n%s\\n", ${who.arg}, $m, $us, ustack(8));
	}
}
delete(@owner[pid, $m]);
delete(@since[pid, $m]);`,
    )
    s.text('END\n{\n\tclear(@mutex);\n\tclear(@asked);\n\tclear(@owner);\n\tclear(@since);\n}')
    s.perfEvent('lockslow', lock, [`m=${s.perfArg(0)}`, `g=${s.target.goarch === 'amd64' ? '%r14' : '%x28'}`])
    s.perfEvent('unlockslow', unlock, [`m=${s.perfArg(0)}`, `g=${s.target.goarch === 'amd64' ? '%r14' : '%x28'}`])
    s.perf(
      [],
      `${scriptOf} # a wait begins at lockslow; perf has no probe on single instructions without the addresses that lock-hold.bt.sh finds`,
    )
  },
}
