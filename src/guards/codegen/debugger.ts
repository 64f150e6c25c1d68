// Expressions for dlv and gdb that fit a Go release: maps before and since the Swiss tables of Go 1.24, context values, goroutines by state.
// Sources: runtime/map.go hmap (to 1.23), internal/runtime/maps/map.go Map (since 1.24), context.go valueCtx, runtime/runtime2.go g and _G constants.

export type DebuggerName = 'dlv' | 'gdb'

/** runtime/runtime2.go. `_Gcopystack` and the scan bit are left out; _Gpreempted is since 1.14, _Gleaked since 1.26. */
const states = ['idle', 'runnable', 'running', 'syscall', 'waiting', 'moribund', 'dead', 'enqueue', 'copystack', 'preempted'] as const

export function debuggerText(name: DebuggerName, goVersion: string, binary: string): string {
  const minor = Number(/^go1\.(\d+)/.exec(goVersion)?.[1] ?? 0)
  return name === 'gdb' ? gdbText(goVersion, minor, binary) : dlvText(goVersion, minor, binary)
}

function gdbText(goVersion: string, minor: number, binary: string): string {
  const swiss = minor >= 24
  const map = swiss
    ? `  printf "count %llu, dirLen %lld, globalDepth %d, globalShift %d, writing %d, seed 0x%lx\\n", $arg0->used, $arg0->dirLen, $arg0->globalDepth, $arg0->globalShift, $arg0->writing, $arg0->seed
  if $arg0->dirLen == 0
    printf "small: one group of 8 slots at %p\\n", $arg0->dirPtr
  end`
    : `  printf "count %lld, B %d (%d buckets), flags 0x%x, noverflow %d, buckets %p, oldbuckets %p\\n", $arg0->count, $arg0->B, 1 << $arg0->B, $arg0->flags, $arg0->noverflow, $arg0->buckets, $arg0->oldbuckets`
  return `# gdb -x FILE ${binary}: commands for ${goVersion}. A variable must be in scope: build with -gcflags=all='-N -l' if gdb says it is optimized out.
# The commands set the language to C: gdb's Go has no "->" and no casts to the runtime's types.

# gomap m: the header of a map variable (${swiss ? 'internal/runtime/maps.Map, since Go 1.24' : 'runtime.hmap, to Go 1.23'}).
define gomap
  set language c
${map}
  set language auto
end

# govaluectx ctx: key type, key and value of a context.Context variable made by context.WithValue; then its parent.
define govaluectx
  set language c
  set $vc = ('context.valueCtx' *)$arg0.data
  printf "key "
  info symbol $vc->key._type
  printf "key word 0x%lx, value word 0x%lx, parent data %p\\n", *(unsigned long *)$vc->key.data, *(unsigned long *)$vc->val.data, $vc->Context.data
  set language auto
end

# gogoroutines: number of goroutines in each state, by the runtime's own list.
define gogoroutines
  set language c
  set $i = 0
  set $n = (long)'runtime.allglen'
${states.map((_, i) => `  set $c${i} = 0`).join('\n')}
  while $i < $n
    set $g = (('runtime.g' *)*((unsigned long *)'runtime.allgptr' + $i))
    set $s = (int)$g->atomicstatus.value & ~0x1000
${states.map((_, i) => `    if $s == ${i}\n      set $c${i} = $c${i} + 1\n    end`).join('\n')}
    set $i = $i + 1
  end
  printf "${states.map(state => `${state} %d`).join(', ')}\\n"${states.map((_, i) => `, $c${i}`).join('')}
  set language auto
end

# gogoroutine N: state, wait reason and start of goroutine N.
define gogoroutine
  set language c
  set $i = 0
  while $i < (long)'runtime.allglen'
    set $g = (('runtime.g' *)*((unsigned long *)'runtime.allgptr' + $i))
    if $g->goid == $arg0
      printf "status %d, waitreason %d, started by goroutine %ld\\n", $g->atomicstatus.value, $g->waitreason, ${minor >= 21 ? '$g->parentGoid' : '0'}
      info symbol $g->startpc
      info symbol $g->gopc
    end
    set $i = $i + 1
  end
  set language auto
end

# Every lookup of a context value; "finish" must not be used on it: gdb would plant a return breakpoint on a stack that moves.
# break 'context.(*valueCtx).Value'
`
}

function dlvText(goVersion: string, minor: number, binary: string): string {
  const swiss = minor >= 24
  const type = swiss ? 'internal/runtime/maps.Map' : 'runtime.hmap'
  const fields = swiss ? 'used, dirLen, globalDepth, writing, seed' : 'count, B, flags, noverflow, buckets, oldbuckets'
  return `# dlv attach PID ${binary}: expressions for ${goVersion}. Lines after "#" are comments.

# A map m: its length, and its header (${type}: ${fields}).
print len(m)
print *(*"${type}")(*(*uintptr)(uintptr(&m)))

# A context made by context.WithValue: what it holds, its key alone, its parent.
print ctx.(*context.valueCtx)
print ctx.(*context.valueCtx).key
print ctx.(*context.valueCtx).Context

# Stop where a value is looked up, for one key only.
break lookup context.(*valueCtx).Value
cond lookup c.key == key

# Goroutines: all with what they wait for, those running now, those blocked in one function, grouped by where user code stands.
goroutines -t 0
goroutines -with running
goroutines -with userloc main.
goroutines -group userloc

# The state of one goroutine as the runtime has it (runtime2.go: 1 runnable, 2 running, 3 syscall, 4 waiting).
goroutine 1
print runtime.allglen
print runtime.allgs[0].atomicstatus.value
`
}
