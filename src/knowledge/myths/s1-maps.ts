// Myths about maps: addresses of entries, layout, iteration, fatal errors.
import {everyKnownVersion, type Myth} from './myth.ts'

export const mythsOfMaps: readonly Myth[] = [
  {
    id: 'E-01',
    claim: 'The address of the loop variable in `for k, v := range m` points into the map bucket, so growth of the map makes it dangle.',
    verdict: 'false',
    truth:
      'The loop copies each key and element into k and v; no growth of the map reaches those copies. Where go.mod says 1.22 or later, every iteration has variables of its own. What can go wrong is different: C keeps the pointer after the call, or C reads a 4-byte int where Go stored 8 bytes.',
    sources: [
      'doc/go_spec.html: iteration variables',
      'src/internal/runtime/maps/table.go: func (it *Iter) Next',
      'https://go.dev/issue/60078',
    ],
    versions: everyKnownVersion,
    says: [
      /(?:loop|range|iteration) variables?[^;]*\b(?:points?|refers?) (?:straight |directly )?into (?:the|a) (?:map|bucket)/i,
      /&v\b[^;]*\b(?:points? into|is inside|aliases) (?:the|a) (?:map|bucket)/i,
      /(?:growth|growing|rehash\w*|resiz\w+)[^;]*\b(?:makes?|leaves?|lets?) (?:it|&v|the pointers?|&k)[^;]* dangl/i,
    ],
  },
  {
    id: 'E-02',
    claim: 'Taking `&m[key]` gives an unstable address of the map element.',
    verdict: 'false',
    truth: 'It does not compile: a map element is not addressable. Copy the element into a variable, or store pointers in the map.',
    sources: ['doc/go_spec.html: Address_operators'],
    versions: everyKnownVersion,
    says: [
      /&\w+\[[^\]]*\]`?[^;]*\b(?:gives?|yields?|returns?|is) an? (?:unstable|dangling|temporary|unreliable) (?:address|pointer)/i,
      /addresse?s? of (?:a |the )?map elements?[^;]*\b(?:changes?|moves?|becomes? invalid|is unstable|are unstable)/i,
    ],
  },
  {
    id: 'E-03',
    claim: 'The garbage collector moves heap objects, and a pointer to a local is safe to pass to C because it is on the stack.',
    verdict: 'false',
    truth:
      'Go’s collector does not compact: an object stays where it was allocated; only goroutine stacks are copied when they grow or shrink. A variable whose address goes to C is allocated on the heap, and it is pinned until the call returns. `#cgo noescape` and `#cgo nocallback` (Go 1.24) take that caution away for functions that need none.',
    sources: ['src/runtime/mgc.go: non-compacting', 'src/cmd/cgo/doc.go: pinned, noescape, nocallback', 'src/runtime/stack.go: copystack'],
    versions: everyKnownVersion,
    says: [
      /\b(?:GC|garbage collector|collector)\b[^;]{0,30}\b(?:moves?|relocates?|compacts?|may move|can move|might move) (?:heap |the |map |Go )*(?:objects?|memory|heap|buckets?|values?|map)/i,
      /\bcompacting (?:GC|collector|garbage collector)/i,
      /safe to pass to C because it (?:is|lives) on the stack/i,
    ],
    unless: [/\bever (?:does )?move|\bnon-compacting|\bno compacting|\bnot (?:a )?compacting/i],
  },
  {
    id: 'E-04',
    claim: 'A Go map is an `hmap` with `bmap` buckets, in every version.',
    verdict: 'outdated',
    truth:
      'Since Go 1.24 a map is a Swiss table: `internal/runtime/maps.Map`, with groups of eight slots. Go 1.24 and 1.25 could be built with the former code (GOEXPERIMENT=noswissmap); Go 1.26 has removed it. What reads a map in a debugger has to know the version.',
    sources: ['src/internal/runtime/maps/map.go: type Map struct', 'https://go.dev/doc/go1.24#runtime'],
    versions: 'up to 1.23; 1.24 to 1.26',
    says: [/\bmaps? (?:is|are) (?:always |still |really )?an? `?hmap`?/i, /\bevery (?:Go )?map (?:is|has|uses) (?:an? )?`?(?:hmap|bmap)/i],
    unless: [/\b(?:up to|until|before|through|≤) ?(?:Go )?1\.2[34]/i],
  },
  {
    id: 'E-05',
    claim: 'In the map header, flags=0x2 means hashWriting, and count is an atomic uint64.',
    verdict: 'false',
    truth:
      'Up to Go 1.23 the flags were iterator 1, oldIterator 2, hashWriting 4 and sameSizeGrow 8, and `count` was a plain int. Since 1.24 the header has `used`, a plain uint64, and `writing`, a byte that each writer flips.',
    sources: ['go1.23 src/runtime/map.go: hashWriting, oldIterator', 'src/internal/runtime/maps/map.go: used uint64, writing uint8'],
    versions: 'up to 1.23; 1.24 to 1.26',
    says: [/(?:0x2|flags? 2)\b[^;]*\bhashWriting/i, /\bcount\b[^;]* is (?:an )?atomic(?:ally)?\b/i],
  },
  {
    id: 'E-06',
    claim: 'Ranging over a map hands out pointers to the entries in place.',
    verdict: 'partly true',
    truth:
      'The iterator (`maps.Iter` since Go 1.24, usually on the stack) holds pointers to the current slot. The code of the loop reads through them once and copies into k and v, so the program never sees them.',
    sources: ['src/internal/runtime/maps/table.go: type Iter struct'],
    versions: everyKnownVersion,
    says: [/rang(?:e|ing) over a map\b[^;]*\b(?:hands? out|exposes?|gives?|yields?) (?:in-place )?pointers/i],
  },
  {
    id: 'E-07',
    claim: 'The buckets field of type unsafe.Pointer is not scanned by the GC; it is a special root.',
    verdict: 'false',
    truth:
      'For the collector an `unsafe.Pointer` is a pointer like any other: it is scanned, and it keeps its target alive. Only `uintptr` is not looked at.',
    sources: ['src/unsafe/unsafe.go: type Pointer', 'src/runtime/mgcmark.go: func scanblock'],
    versions: everyKnownVersion,
    says: [
      /unsafe\.Pointer\b[^;]*\b(?:is not|isn’t|isn't|are not|never) (?:scanned|traced|followed|seen) by the (?:GC|collector|garbage)/i,
      /\bGC\b[^;]* (?:ignores?|skips?|does not (?:scan|follow)) (?:an )?unsafe\.Pointer/i,
    ],
  },
  {
    id: 'E-08',
    claim: 'reflect.ValueOf(m).Size() gives the size of a map, and a bucket takes 1 KB, so 16 of them take 16 KB.',
    verdict: 'false',
    truth:
      '`reflect.Value` has no method Size; `reflect.TypeOf(m).Size()` is 8, one pointer. What `make(map[int]int, 1000)` takes follows from the layout: up to Go 1.23 it was 272 buckets of 144 bytes, 39 KB; since 1.24 two tables of 128 groups of 136 bytes, 34.8 KB.',
    sources: [
      'src/reflect/type.go: Size() uintptr',
      'src/internal/runtime/maps/map.go: func NewMap',
      'computed: 272 × 144 B = 39,168 B; 2 × 128 × 136 B = 34,816 B',
    ],
    versions: 'up to 1.23; 1.24 to 1.26',
    says: [
      /reflect\.ValueOf\(\w+\)\.Size\(\)[^;]* (?:gives?|returns?|prints?|measures?)/i,
      /\b(?:1|one) ?KB (?:per|a|each) bucket|bucket takes 1 KB/i,
    ],
  },
  {
    id: 'E-09',
    claim: 'A growing Mallocs − Frees shows an iterator leak, and gctrace prints heap_alloc and next_gc.',
    verdict: 'false',
    truth:
      'Mallocs − Frees is the number of live heap objects, whatever they are; a growing number says that something keeps objects alive, not which. Iterators do not form a class of leak. A gctrace line has heap sizes as #->#-># MB and a goal, no fields of those names.',
    sources: ['src/runtime/mstats.go: Mallocs - Frees', 'src/runtime/extern.go: MB goal'],
    versions: everyKnownVersion,
    says: [
      /\biterator leak\b/i,
      /\b(?:leaked|leaking) (?:map )?iterators?\b/i,
      /gctrace[^;]* (?:prints?|shows?|has|contains?) [^;]*\b(?:heap_alloc|next_gc)/i,
    ],
    unless: [/\b(?:never|not|no) (?:an? |"|“)*iterator leak/i],
  },
  {
    id: 'E-10',
    claim: 'The GC cannot interrupt a range loop, and runtime.GC() after the loop cannot free the map while the frame is alive.',
    verdict: 'false',
    truth:
      'Go code can be stopped at almost any instruction since 1.14. What counts as a root is each variable that is still live at that point, not the frame as a whole: a map that is not used any more can be freed while its function still runs. If it stays, someone else still refers to it.',
    sources: ['src/runtime/preempt.go: asynchronous safe-point', 'src/cmd/compile/internal/liveness/plive.go: liveness'],
    versions: everyKnownVersion,
    says: [
      /\bGC\b[^;]* (?:cannot|can’t|can't) (?:interrupt|preempt|stop) (?:a |the )?(?:range )?loop/i,
      /cannot (?:free|collect) [^;]*(?:while|until|because) (?:the|its) (?:stack )?frame (?:is alive|returns|lives)/i,
    ],
  },
  {
    id: 'E-11',
    claim: 'Adding a key to a map while ranging over it panics.',
    verdict: 'false',
    truth:
      'Within one goroutine it is legal: an entry added during the loop may be visited or skipped, and a deleted one that was not reached is not visited. The fatal error is about another goroutine that writes at the same time.',
    sources: [
      'doc/go_spec.html: may be produced during the iteration',
      'src/internal/runtime/maps/table.go: concurrent map iteration and map write',
    ],
    versions: everyKnownVersion,
    says: [
      /\b(?:add|insert|delet|writ|modif)\w* [^;]*\b(?:while|during)\b [^;]*\b(?:rang|iterat)\w*[^;]* (?:panics?|crashes?|is a panic|causes? a panic|triggers? a panic|is illegal|is forbidden)/i,
      /\b(?:rang|iterat)\w*[^;]* panics? (?:when|if) [^;]*\b(?:key|entry|entries) (?:is|are) (?:added|inserted|deleted)/i,
    ],
  },
  {
    id: 'E-12',
    claim: 'Build with -gcflags=-d=itercheck (Go 1.22 and later) to check iterators.',
    verdict: 'false',
    truth:
      'The compiler has no such debug flag. The nearest is `rangefunccheck`, which is on by default and is about range over functions.',
    sources: ['src/cmd/compile/internal/base/debug.go: RangeFuncCheck'],
    versions: everyKnownVersion,
    says: [/-d=itercheck\b/i],
  },
  {
    id: 'E-13',
    claim: 'Calling append on a slice while ranging over it breaks the iteration.',
    verdict: 'false',
    truth:
      'The range expression is evaluated once, before the loop. The loop goes over the slice as it was then; what append returns does not change its length.',
    sources: ['doc/go_spec.html: is evaluated'],
    versions: everyKnownVersion,
    says: [/append\w*\b[^;]* (?:while|during) rang\w+[^;]* (?:breaks?|invalidates?|corrupts?|panics?|never ends|loops forever)/i],
  },
  {
    id: 'E-14',
    claim: 'A concurrent map write is a panic that recover can catch.',
    verdict: 'false',
    truth:
      'It is a fatal error: the runtime prints it and the process exits with status 2. No deferred function runs, so nothing can recover. Until Go 1.18 it was raised with `throw`, since 1.19 with `fatal`.',
    sources: [
      'src/runtime/panic.go: func fatal',
      'src/internal/runtime/maps/map.go: concurrent map writes',
      'go1.18 src/runtime/map.go: throw("concurrent map writes")',
    ],
    versions: everyKnownVersion,
    says: [
      /concurrent map [^;]*\b(?:is|are|raises?|throws?|causes?|triggers?) an? (?:recoverable |runtime |ordinary )?panic/i,
      /\brecover\b(?:\(\))? (?:can |will |does |may )?catch(?:es)? [^;]*(?:concurrent map|map races?)/i,
      /\bpanic: concurrent map/i,
      /concurrent map [^;]*\b(?:can|may) be recovered/i,
    ],
  },
  {
    id: 'E-15',
    claim: 'What recover returns for a runtime error is a *runtime.errorString.',
    verdict: 'false',
    truth:
      '`runtime.errorString` is a string type and is raised by value; other runtime errors have other types (plainError, boundsError, *TypeAssertionError). All of them implement `runtime.Error`: assert that.',
    sources: ['src/runtime/error.go: type errorString string, type plainError, type boundsError'],
    versions: everyKnownVersion,
    says: [/\*runtime\.errorString/],
    unless: [/\bnot (?:a )?`?\*runtime\.errorString/i],
  },
]
