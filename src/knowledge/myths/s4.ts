// Myths about maps in memory, the collector’s pace, GOGC, atomics and cache lines.
import {anyVersion, everyKnownVersion, type Myth} from './myth.ts'

export const mythsOfTheHeap: readonly Myth[] = [
  {
    id: 'E-88',
    claim: 'A parameter of type *map makes a service run out of memory after three days.',
    verdict: 'false',
    truth:
      'A pointer to a map leaks nothing. Memory goes to a map that gets entries and loses none; and a map does not give back its tables when entries are deleted.',
    sources: ['src/internal/runtime/maps/map.go: func (m *Map) Delete, func (m *Map) Clear'],
    versions: everyKnownVersion,
    says: [
      /(?:\*map\b|pointers? to (?:a )?maps?\b)[^;]* (?:leaks? memory|causes? (?:an? )?(?:OOM|leak)|makes? [^;]*(?:out of memory|OOM)|leads? to (?:an? )?(?:OOM|leak))/i,
    ],
  },
  {
    id: 'E-89',
    claim: 'badUpdate(&data) with `tmp := *m; tmp["x"] = 42` leaves the caller’s map unchanged and prints map[].',
    verdict: 'false',
    truth: 'It prints map[x:42]. Copying a map value copies a reference to one table: both variables see the entry.',
    sources: ['doc/go_spec.html: Map_types', 'https://go.dev/blog/maps'],
    versions: everyKnownVersion,
    says: [
      /\b(?:copy|copying|assigning|assignment)\b[^;]*\bmap\b[^;]* (?:copies|clones|duplicates) (?:its |the |all )*(?:entries|contents|elements|data)/i,
      /leaves the caller’?'?s map unchanged/i,
      /\bmaps? (?:is|are) passed by value\b/i,
    ],
  },
  {
    id: 'E-90',
    claim: 'Growth of a map leaves stale pointers behind, which ends in a SIGSEGV, and writing to a nil map crashes the process.',
    verdict: 'false',
    truth:
      'Maps are memory-safe without unsafe: what refers to an old table keeps it alive. A write to a nil map is an ordinary panic, which recover catches. A pointer to a map is in place where the map itself is replaced, as json.Unmarshal and flag values do.',
    sources: ['src/internal/runtime/maps/runtime.go: errNilAssign', 'src/encoding/json/decode.go: func Unmarshal'],
    versions: everyKnownVersion,
    says: [
      /\b(?:growth|growing|rehash\w*|resiz\w+)\b[^;]*\bmap\b[^;]* (?:leaves?|creates?|produces?) (?:stale|dangling|invalid) pointers?/i,
      /\bGrowth of a map leaves stale/i,
    ],
  },
  {
    id: 'E-91',
    claim: 'A map bucket holds keys[4].',
    verdict: 'false',
    truth:
      'Eight: up to Go 1.23 a bucket has tophash[8], eight keys, eight elements and an overflow pointer; since 1.24 a group has a control word of eight bytes and eight slots.',
    sources: ['src/internal/abi/map.go: MapGroupSlots', 'go1.23 src/internal/abi/map.go: MapBucketCount'],
    versions: 'up to 1.23; 1.24 to 1.26',
    says: [/\bbuckets? (?:holds?|has|have|contains?|stores?) (?:keys\[4\]|(?:4|four) (?:keys|entries|slots))/i],
  },
  {
    id: 'E-92',
    claim: 'Values of type interface{} force the map to the heap.',
    verdict: 'false',
    truth:
      'Whether the map escapes depends on where its pointer goes, for instance `return &m`. Values put into an interface may be allocated; small integers below 256 are not.',
    sources: ['src/runtime/iface.go: staticuint64s', 'src/cmd/compile/internal/escape/escape.go: moved to heap'],
    versions: everyKnownVersion,
    says: [
      /\b(?:interface\{\}|any) values?\b[^;]* (?:forces?|makes?|moves?) the map (?:to|escape)/i,
      /Values of type interface\{\} force the map/i,
    ],
  },
  {
    id: 'E-93',
    claim: 'The GC walks the bucket chain of a map and can miss entries that are moved meanwhile (gcmarkbucket).',
    verdict: 'false',
    truth:
      'The collector knows blocks of memory and which words in them are pointers, not maps; no function of that name exists. The write barrier sees each pointer that is stored while it marks, so an entry that moves is not lost.',
    sources: ['src/runtime/mgc.go: write barrier', 'src/runtime/mbarrier.go: deletion'],
    versions: everyKnownVersion,
    says: [/\bgcmarkbucket\b/i, /\b(?:GC|collector)\b[^;]* (?:can|may|might) miss (?:map )?entries/i],
    unless: [/\bno (?:such )?function/i],
  },
  {
    id: 'E-94',
    claim: 'GOGC=10 raises inuse_space to three times and alloc_space to four times the value.',
    verdict: 'false',
    truth:
      '`inuse_space` is what was live at the last completed collection and `alloc_space` the sum of all allocations: neither depends on GOGC. A lower GOGC lowers the peak and costs CPU. A table that a growing map has left is garbage at once.',
    sources: ['src/runtime/mprof.go: type memRecord struct', 'src/internal/runtime/maps/table.go: func (t *table) grow'],
    versions: everyKnownVersion,
    says: [
      /\b(?:low(?:er|ering)?|small(?:er)?) GOGC (?:raises|increases|grows|inflates) (?:the )?(?:heap|memory|inuse|RSS|alloc)/i,
      /\bGOGC ?= ?\d+ (?:raises|increases|inflates) (?:the )?(?:inuse|alloc|heap|memory|RSS)/i,
    ],
  },
  {
    id: 'E-95',
    claim: 'gctrace prints lines with scvg.',
    verdict: 'outdated',
    truth: 'The scavenger has a trace of its own, GODEBUG=scavtrace=1, since Go 1.14.',
    sources: ['src/runtime/extern.go: scavtrace=1'],
    versions: everyKnownVersion,
    says: [/gctrace\b[^;]* (?:prints?|shows?|has|contains?|writes?) [^;]*\bscvg\b/i],
  },
  {
    id: 'E-96',
    claim: 'A load made by time.Ticker pollutes the CPU caches, and so it behaves unlike sessions.',
    verdict: 'false',
    truth:
      'The difference is in the model: an open loop of independent requests holds nothing between them, sessions hold state for as long as they last. What counts is the number of live objects.',
    sources: ['src/runtime/time.go: type timer struct', 'computed: live state = arrivals per second × time each is held'],
    versions: anyVersion,
    says: [/\b(?:time\.)?Ticker\b[^;]* pollutes? (?:the )?(?:CPU )?caches?/i],
  },
  {
    id: 'E-97',
    claim: 'NextGC = HeapAlloc × (100 + GOGC) / GOGC, and it moves along with HeapAlloc.',
    verdict: 'false',
    truth:
      'When marking ends, the goal for the next cycle is set to marked + (marked + stacks + globals) × GOGC/100, and allocation does not move it. The formula above would give 11 times the heap at GOGC=10. Stacks and globals count since Go 1.18.',
    sources: ['src/runtime/mgcpacer.go: c.heapMarked + (c.heapMarked+c.lastStackScan.Load()+c.globalsScan.Load())*uint64(gcPercent)/100'],
    versions: everyKnownVersion,
    says: [
      /\bHeapAlloc ?(?:×|\*|x) ?\(100 ?\+ ?GOGC\) ?\/ ?(?:GOGC|100)/i,
      /\b(?:heap )?goal (?:moves|rises|grows|follows) (?:along )?with HeapAlloc/i,
    ],
  },
  {
    id: 'E-98',
    claim: 'GOGC=10 delays collections until the heap avalanches.',
    verdict: 'false',
    truth:
      'It collects about ten times as often as the default, with a smaller heap. What runs out is CPU: for fast allocation the pacer’s own formulas put 87 % of the CPU into the collector at GOGC=10, and 25 % from 150 upwards.',
    sources: [
      'src/runtime/mgcpacer.go: func (c *gcControllerState) commit',
      'computed: utilisation u = max(0.25, r·a/(r·a + s)) at 200 KiB per CPU-ms, 64 MB live, 2 Ps',
    ],
    versions: everyKnownVersion,
    says: [/\b(?:low GOGC|GOGC ?= ?\d+)\b[^;]* (?:delays?|postpones?|defers?) (?:the )?(?:GC|collections?|collector)/i],
  },
  {
    id: 'E-99',
    claim: 'A pooled map is cleaned by a loop that deletes every key, and sync.Pool is a goroutine-local cache.',
    verdict: 'partly true',
    truth:
      '`clear(m)` (Go 1.21) empties it, also of NaN keys, which no delete reaches. Both keep the tables, so a map that was large once stays large. A pool is per P, and Go has no storage that belongs to a goroutine.',
    sources: ['src/internal/runtime/maps/map.go: func (m *Map) Clear', 'src/sync/pool.go: per-P'],
    versions: everyKnownVersion,
    says: [/\bsync\.Pool is (?:a )?goroutine-local/i, /\bgoroutine-local (?:cache|storage)\b/i],
    unless: [/\bno goroutine-local|\bhas no\b/i],
  },
  {
    id: 'E-100',
    claim: 'Hook runtime.mapassign with go:linkname to count map writes.',
    verdict: 'false',
    truth:
      'A linkname lets one call a function, not stand in for it; the compiler calls variants for common keys; and the map’s type is not exported. Since Go 1.23 the linker refuses most such references (-checklinkname=0 lifts that): `mapassign` is on the list of exceptions, `mapaccess1` and its variants are blocked.',
    sources: [
      'src/cmd/link/internal/loader/loader.go: blockedLinknames, runtime.mapaccess1',
      'src/runtime/map.go: go:linkname mapassign',
      'src/cmd/link/internal/ld/main.go: checklinkname',
    ],
    versions: everyKnownVersion,
    says: [
      /\b(?:hook|intercept|override|wrap|replace|patch)\w* `?runtime\.map(?:assign|access|delete)\w*/i,
      /\blinkname\b[^;]* (?:hooks?|intercepts?|overrides?|replaces?) (?:the )?runtime/i,
    ],
  },
  {
    id: 'E-101',
    claim: 'Alarm on maps whose keys are of type []byte.',
    verdict: 'false',
    truth: 'There are none: slices cannot be compared, so `map[[]byte]T` does not compile.',
    sources: ['doc/go_spec.html: Map_types'],
    versions: everyKnownVersion,
    says: [/\bkeys? (?:are |is )?of type \[\]byte\b/i],
  },
  {
    id: 'E-102',
    claim: 'Load a go vet plug-in that flags &m["k"] and recognises map types by their string prefix.',
    verdict: 'false',
    truth:
      'vet takes another program, `go vet -vettool=…`. The expression does not compile, so there is none to flag. A named type can be a map underneath: ask for `Underlying()`.',
    sources: ['src/cmd/vet/main.go: vet', 'src/cmd/go/internal/vet/vet.go: vettool', 'src/go/types/type.go: Underlying() Type'],
    versions: everyKnownVersion,
    says: [/\bgo vet plug-?in\b/i],
  },
  {
    id: 'E-103',
    claim: 'A TypeScript class implements FinalizationRegistryTarget, and `!v.constructor.name` recognises a plain object.',
    verdict: 'false',
    truth:
      'No such type exists; a plain object’s constructor is named “Object”. The callback of a FinalizationRegistry may never run, so a class needs a `dispose` of its own.',
    sources: [
      'https://tc39.es/ecma262/#sec-finalization-registry-objects',
      'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/FinalizationRegistry',
    ],
    versions: anyVersion,
    says: [/\bFinalizationRegistryTarget\b/],
  },
  {
    id: 'E-104',
    claim: 'Alloc divided by TotalAlloc measures how much memory stays resident.',
    verdict: 'false',
    truth:
      'TotalAlloc only grows, so the ratio falls whatever the program does: with 150 MB of heap on average and 50 MB/s it is 0.43 after 4 s, 0.048 after a minute and 0.005 after ten. Use what survived against what was allocated within a window, or live heap against goal and limit.',
    sources: ['src/runtime/mstats.go: TotalAlloc is cumulative', 'computed: 150 / (150 + 50·t) for t = 4, 60, 600 s'],
    versions: everyKnownVersion,
    says: [
      /\bAlloc ?(?:\/|÷|divided by|over) ?(?:m\.)?TotalAlloc\b[^;]* (?:measures?|shows?|gives?|tells?|is a (?:measure|sign|figure))\b/i,
    ],
  },
  {
    id: 'E-105',
    claim: 'The GOGC controller raises GOGC below 0.15 (or 0.10), its normal range is 0.12 to 0.28, and its minimum is 25.',
    verdict: 'inconsistent',
    truth: 'The code says 0.15 and the chart 0.10; at 0.13 the ratio is normal and too low at once; nothing ever sets 25.',
    sources: ['computed: [0.12, 0.28] and (−∞, 0.15) overlap from 0.12 to 0.15'],
    versions: anyVersion,
    says: [/\bnormal range (?:is |of )?0\.12 ?(?:to|–|-) ?0\.28/i],
  },
  {
    id: 'E-106',
    claim: 'ReadMemStats every two seconds is free, while SetGCPercent stops the world.',
    verdict: 'partly true',
    truth:
      'Every two seconds the cost is small, but it is there: `ReadMemStats` stops the world each time, and `runtime/metrics` does not. `SetGCPercent` takes the heap lock for a moment and applies at once; only a negative value waits for a collection that is under way.',
    sources: ['src/runtime/mstats.go: stopTheWorld(stwReadMemStats)', 'src/runtime/mgcpacer.go: func setGCPercent'],
    versions: everyKnownVersion,
    says: [
      /\bSetGCPercent\b[^;]* (?:stops the world|pauses|causes a (?:STW|pause)|is a (?:STW|stop-the-world))/i,
      /\bReadMemStats\b[^;]* is (?:free|cheap|harmless|costless)/i,
    ],
  },
  {
    id: 'E-107',
    claim: 'Three samples of Alloc above 80 % of the quota mean that memory is running out.',
    verdict: 'partly true',
    truth:
      'Alloc is a sawtooth whose top follows GOGC: samples say where in the cycle one looked. Watch the live heap after collections and total memory minus what was released, and set GOMEMLIMIT; its limiter holds the collector to half of the CPU, so past that point memory exceeds the limit.',
    sources: ['src/runtime/mgclimit.go: type gcCPULimiterState struct', 'src/runtime/debug/garbage.go: func SetMemoryLimit'],
    versions: everyKnownVersion,
    says: [/\bsamples of Alloc above \d+ ?%/i],
  },
  {
    id: 'E-108',
    claim: 'Two goroutines on one cache line made the data inconsistent, as Go atomics give no ordering.',
    verdict: 'false',
    truth:
      'Sharing a line costs time and never changes a value. The plain field beside the atomic one is a data race. Go’s atomic operations are sequentially consistent and order the accesses around them.',
    sources: ['doc/go_mem.html: sequentially consistent'],
    versions: everyKnownVersion,
    says: [
      /\b(?:false sharing|cache line)\b[^;]* (?:makes?|made|causes?|leads? to|produces?|corrupts?) [^;]*(?:inconsisten|corrupt|wrong (?:data|values?)|data)/i,
      /\bGo(?:’s|'s)? atomics?\b[^;]* (?:gives?|provides?|guarantees?|has|have) no ordering/i,
      /\batomics? (?:operations )?(?:are|is) relaxed\b/i,
    ],
  },
  {
    id: 'E-109',
    claim: 'unsafe.Add is new in Go 1.21, and the compiler may move accesses across atomics.',
    verdict: 'false',
    truth:
      'It came with Go 1.17. Atomic operations order the accesses around them for the compiler too. What is wrong with that ring buffer is that an empty one is read.',
    sources: ['https://go.dev/doc/go1.17#language', 'doc/go_mem.html: sequentially consistent'],
    versions: everyKnownVersion,
    says: [
      /\bunsafe\.Add\b[^;]* (?:new in|since|from|added in|came with|introduced in) (?:Go )?1\.21/i,
      /\bcompiler (?:may|can|might) (?:re-?order|move) [^;]*\b(?:across|around|past|over) (?:the )?atomic/i,
    ],
  },
  {
    id: 'E-110',
    claim: 'A system call does not flush atomics to memory, so publishing an index needs a compare-and-swap.',
    verdict: 'false',
    truth:
      'An atomic store is visible to atomic loads; there is nothing to flush. With one producer: write the data, then store the index atomically.',
    sources: ['doc/go_mem.html: Atomic Values'],
    versions: everyKnownVersion,
    says: [/\bdo(?:es)? not flush (?:the )?atomics?\b/i, /\b(?:system call|syscall) (?:is|has) no (?:memory )?barrier/i],
  },
  {
    id: 'E-111',
    claim: 'A load with __ATOMIC_RELAX in C may stay stale for ever, and runtime.KeepAlive prevents reordering.',
    verdict: 'false',
    truth:
      'The name is `__ATOMIC_RELAXED`. Even then all threads agree on the order of writes to one variable, and a write becomes visible. KeepAlive is about how long an object lives and orders nothing else.',
    sources: ['src/runtime/mfinal.go: func KeepAlive', 'https://gcc.gnu.org/onlinedocs/gcc/_005f_005fatomic-Builtins.html'],
    versions: anyVersion,
    says: [/\b__ATOMIC_RELAX\b/, /\bKeepAlive\b[^;]* (?:prevents|stops|avoids) (?:the )?re-?ordering/i],
  },
  {
    id: 'E-112',
    claim: 'Padding with [56]byte puts each counter on a cache line of its own.',
    verdict: 'partly true',
    truth:
      'In a slice of 64-byte elements without pointers it does. A 72-byte object (8 bytes before it, 8 behind) lands in the 80-byte size class, whose objects are not aligned to lines. Pad on both sides, with 128 bytes on arm64 (`cpu.CacheLinePad`).',
    sources: ['src/internal/runtime/gc/sizeclasses.go: 64, 80', 'src/internal/cpu/cpu_arm64.go: CacheLinePadSize = 128'],
    versions: everyKnownVersion,
    says: [/\[56\]byte`?[^;]* (?:isolates|separates|puts each|guarantees|keeps each)/i],
  },
]
