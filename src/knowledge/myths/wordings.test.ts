// Each myth said another way than its claim: a pattern that only knows one sentence is of little use on a team's notes.
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {myths, repeatedMyths} from './myths.ts'

const said: Readonly<Record<string, string>> = {
  'E-01': 'The range variable v refers directly into the bucket of the map.',
  'E-02': 'The address of a map element changes when the map grows.',
  'E-03': 'The GC can move map buckets while C still uses them.',
  'E-04': 'Under the hood every map is an hmap.',
  'E-05': 'In gdb, flags 2 stands for hashWriting.',
  'E-06': 'Range over a map exposes in-place pointers to its entries.',
  'E-07': 'The GC ignores an unsafe.Pointer in the header.',
  'E-08': 'A map needs about one KB per bucket.',
  'E-09': 'The difference keeps rising, which points to leaked iterators.',
  'E-10': 'The GC cannot preempt a range loop.',
  'E-11': 'Modifying the map while iterating over it triggers a panic.',
  'E-12': 'Rebuild with -gcflags="-d=itercheck" and run the tests.',
  'E-13': 'Appending during ranging invalidates the loop.',
  'E-14': 'Concurrent map writes raise a panic, which the middleware recovers.',
  'E-15': 'Assert the recovered value as *runtime.errorString.',
  'E-16': 'Control comes back through runtime.cgoreturn.',
  'E-17': 'Symbols of C code require external linking.',
  'E-18': 'A map header has 24 bytes.',
  'E-19': 'cgoCheckPointer is called for every assignment.',
  'E-20': 'Put //go:cgo_unsafe_import above the declaration.',
  'E-21': 'Heap profiles list what C.malloc allocated.',
  'E-22': 'Use -gcflags="all=-N -l" when profiling in production.',
  'E-23': 'The wide frame is dictiter_next.',
  'E-24': 'Search for mapiternext in the flame graph.',
  'E-25': 'Finalizers can be called several times for one object.',
  'E-26': 'SetFinalizer is the right way to release C memory.',
  'E-27': 'Finalizers make sure that the handle is closed.',
  'E-28': 'Every struct that C sees must use #pragma pack(1).',
  'E-29': 'With unsafe.Slice Go hands over the ownership of the bytes.',
  'E-30': 'The deadline aborts the C call after five seconds.',
  'E-31': 'On close we call SSL_free followed by BIO_free_all.',
  'E-32': 'WANT_READ only comes from SSL_read.',
  'E-33': 'The errno after SSL_ERROR_SYSCALL shows why the peer left.',
  'E-34': 'On timeout we trigger exitsyscall for the goroutine.',
  'E-35': 'The median of SSL_free is 12.7 ms.',
  'E-36': 'Run with -race, which detects a context key that is overwritten.',
  'E-37': 'Callbacks from C require runtime.LockOSThread.',
  'E-38': 'Passing a []byte to C is forbidden.',
  'E-39': 'Run with GODEBUG=cgocheck=2 in staging.',
  'E-40': 'The compiler can reorder struct fields.',
  'E-41': 'A cancelled context drops its values.',
  'E-42': 'Break at runtime.mapassign to see who calls WithValue.',
  'E-43': 'Pooling contexts avoids most allocations.',
  'E-44': 'Register it with app.UseMiddlewareIf(predicate).',
  'E-45': 'Take the proportion of requests with a P99 above one second.',
  'E-46': 'It closes when 95% of 5 requests succeed.',
  'E-47': 'The garbage collector may free the underlying array.',
  'E-48': 'go build -gcflags=-m warns when an unsafe pointer is passed on.',
  'E-49': 'memguard detects out-of-bounds writes.',
  'E-50': 'Set GODEBUG=sigpanic=1 and repeat the call.',
  'E-51': 'A go build with checkptr stops on violations.',
  'E-52': 'defer func() { if h != nil && recover() == nil { C.destroy(h) } }()',
  'E-53': 'Inside a cgo call the goroutine can migrate to another M.',
  'E-54': 'OpenSSL needs CRYPTO_set_locking_callback.',
  'E-55': 'curl_global_init(CURL_GLOBAL_THREADSAFE)',
  'E-56': 'These goroutines account for 32 GB of memory.',
  'E-57': 'Schedtrace shows the race on the map.',
  'E-58': 'Raise http.Transport.KeepAlive to 60 s.',
  'E-59': 'time_total - time_starttransfer gives the time the server took.',
  'E-60': 'P99 fell by 82% after the change.',
  'E-61': 'A socket read puts the G into _Gsyscall.',
  'E-62': 'Short sleeps create new threads.',
  'E-63': 'By default GOMAXPROCS equals the number of cores.',
  'E-64': 'Build with -gcflags=-schedtrace=500.',
  'E-65': 'Every P is bound to one NUMA node.',
  'E-66': 'perf shows goroutine preemption.',
  'E-67': 'When it migrates, the thread has to flush the TLB.',
  'E-68': 'Check it with go env GOMAXPROCS.',
  'E-69': 'The precision of usleep is set by CONFIG_HZ.',
  'E-70': 'sysmon runs every 20 ms.',
  'E-71': 'STW stops sysmon.',
  'E-72': 'The compiler adds preemption points to loops.',
  'E-73': 'Each preemption signal causes thousands of L3 misses.',
  'E-74': 'GOMAXPROCS equal to the cores of one node eliminates remote access.',
  'E-75': 'The difference of vruntime is the latency in µs.',
  'E-76': 'Add a preemption check to netpoll.',
  'E-77': 'Asynchronous preemption exists since Go 1.22.',
  'E-78': 'Graviton3 has hyper-threading.',
  'E-79': 'Gosched only marks the goroutine for later.',
  'E-80': 'GoroutinePreemptMS is ten.',
  'E-81': 'A receive from a closed channel causes a panic.',
  'E-82': 'select ignores closed channels.',
  'E-83': 'The pool of a blocked P becomes inaccessible.',
  'E-84': "bpftrace -e 'kprobe:runtime.newproc { @++ }'",
  'E-85': 'time.AfterFunc creates a goroutine immediately.',
  'E-86': 'Any atomic operation takes 1.2 ns.',
  'E-87': 'lsof lists thousands of sockets in TIME_WAIT.',
  'E-88': 'Pointers to maps cause OOM in the long run.',
  'E-89': 'A map is passed by value, so the caller sees nothing.',
  'E-90': 'Growing the map leaves dangling pointers.',
  'E-91': 'A bucket has four slots.',
  'E-92': 'Any interface{} value forces the map to the heap.',
  'E-93': 'The collector may miss entries during evacuation.',
  'E-94': 'A low GOGC increases the heap.',
  'E-95': 'In the gctrace output, which contains scvg lines, look for released.',
  'E-96': 'time.Ticker pollutes the cache.',
  'E-97': 'NextGC is HeapAlloc * (100+GOGC)/100 at any time.',
  'E-98': 'A low GOGC defers collections.',
  'E-99': 'sync.Pool is goroutine-local.',
  'E-100': 'Use go:linkname to intercept runtime.mapassign_faststr.',
  'E-101': 'Report maps with a key of type []byte.',
  'E-102': 'We wrote a go vet plugin for it.',
  'E-103': 'class MapWrapper implements FinalizationRegistryTarget',
  'E-104': 'Alloc/TotalAlloc shows the residency of the heap.',
  'E-105': 'The normal range is 0.12–0.28.',
  'E-106': 'SetGCPercent causes a pause.',
  'E-107': 'Trip after three samples of Alloc above 80 % of the limit.',
  'E-108': 'False sharing leads to inconsistent counters.',
  'E-109': 'unsafe.Add was introduced in Go 1.21.',
  'E-110': 'System calls do not flush atomics.',
  'E-111': 'runtime.KeepAlive stops the reordering.',
  'E-112': 'A [56]byte field isolates the counter.',
  'E-113': 'The rate rose from 1.2% to 4.9%, an increase of 37%.',
  'E-114': 'ENV GRAPHVIZ_DISABLE_FONTCONFIG=1',
  'E-115': 'The failures come from missing fonts and come from thread switches.',
  'E-116': 'The P goes to _Psyscall on entry.',
  'E-117': 'GOMAXPROCS limits OS threads.',
  'E-118': 'A goroutine that exits while locked leaks the thread.',
  'E-119': 'The affinity mask gets reset by the runtime after the call.',
  'E-120': 'LockOSThread makes Graphviz thread-safe.',
  'E-121': 'Compare with cpuset.constraints.',
  'E-122': 'Pinner is available since Go 1.22.',
  'E-123': 'Two goroutines race on the Agsymtab.',
  'E-124': 'The locked thread hands its epoll descriptor to the next goroutine.',
  'E-125': 'sync.Pool serves as thread-local storage for C contexts.',
  'E-126': 'The ctx deadline kills the render.',
  'E-127': 'CGO_ENABLED=0 links against musl.',
  'E-128': 'We look at three windows of five minutes, sampled every 60s.',
  'E-129': 'An absolute threshold is enough for a rollback.',
  'E-130': 'OpenSSL requires CRYPTO_set_id_callback.',
  'E-131': 'A locked goroutine that blocks starves all others.',
  'E-132': 'With CGO_ENABLED=0 the poller falls back to select.',
  'E-133': 'CURLOPT_NOSIGNAL suppresses SIGPIPE.',
  'E-134': '#cgo LDFLAGS: -fPIC -lssl',
  'E-135': 'Building with -s -w breaks pprof.',
  'E-136': 'Unexported fields can be changed with reflection.',
  'E-137': 'guard := memguard.New()',
  'E-138': 'Each c.Next() creates a child context.',
  'E-139': 'perf script | ./flamegraph.pl > out.svg',
  'E-140': 'if preemptMSupported() { preemptone(p) }',
  'E-141': 'The Pool holds a pointer, which avoids escape.',
  'E-142': 'We recommend runtime.nanotime for durations.',
  'E-143': 'Reset acts as the synchronization point of the pool.',
  'E-144': 'A leak of C memory ends in out-of-bounds reads.',
}

test('there is another wording for every myth', () => {
  expect(Object.keys(said)).toEqual(myths.map(myth => myth.id))
})

test.each(Object.entries(said))('%s is heard in: %s', (id, text) => {
  expect(repeatedMyths(text).map(one => one.myth.id)).toContain(id)
})

/** Comments of Go files, one paragraph a line; the text of documents. */
function proseOf(path: string): string {
  const raw = readFileSync(path, 'utf8')
  if (!path.endsWith('.go')) return raw.replace(/<[^>]+>/g, '')
  const comments = raw.match(/(?:^[ \t]*\/\/.*\n)+/gm) ?? []
  return comments.map(comment => comment.replace(/^[ \t]*\/\/ ?/gm, '').replace(/\n/g, ' ')).join('\n')
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return name === 'testdata' ? [] : filesBelow(path)
    return /\.(?:go|md|html)$/.test(name) ? [path] : []
  })
}

describeNeeding('go', 'what Go says of itself', () => {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()

  describe('repeats no myth', () => {
    test.each(['src/runtime', 'src/internal/runtime', 'src/sync', 'src/context', 'src/cmd/cgo', 'doc'])(
      '%s',
      folder => {
        const files = filesBelow(join(goroot, folder))
        expect(files.length).toBeGreaterThan(2)
        const heard = files.flatMap(path => repeatedMyths(proseOf(path)).map(({myth, sentence}) => `${path}: ${myth.id}: ${sentence}`))
        expect(heard).toEqual([])
      },
      120_000,
    )
  })
})
