// What C libraries and system interfaces ask of a program with threads, as far as it decides what a goroutine must do: state by thread, state by process, locks.
import type {Fact} from './fact.ts'

export const libraryFacts: readonly Fact[] = [
  {
    id: 'library-openssl',
    title: 'OpenSSL: locks by itself, and keeps errors by thread',
    text: 'Since 1.1.0 no locking or id callback is needed or has an effect. One SSL object is for one thread at a time. The error queue belongs to the thread: call and `SSL_get_error` or `ERR_get_error` in one C function, with the queue cleared before, or on a locked thread.',
    sources: ['https://docs.openssl.org/3.0/man3/SSL_get_error/', 'https://docs.openssl.org/3.0/man3/ERR_get_error/'],
    versions: 'OpenSSL 1.1.0 to 3.x',
  },
  {
    id: 'library-libcurl',
    title: 'libcurl: a handle is for one thread at a time',
    text: 'Call `curl_global_init` once before there are threads, unless `curl_version_info` says CURL_VERSION_THREADSAFE (7.84.0). Set CURLOPT_NOSIGNAL in a program with threads; with the standard resolver a name lookup then has no timeout.',
    sources: ['https://curl.se/libcurl/c/threadsafe.html', 'https://curl.se/libcurl/c/CURLOPT_NOSIGNAL.html'],
    versions: 'libcurl 7.x and 8.x',
  },
  {
    id: 'library-graphviz',
    title: 'Graphviz: state of the process, so one call at a time',
    text: 'Layouts keep state in global variables: the ranks and work lists of the layered layout (`GlobalMinRank`, `Root`, `TE_list`), the last error of cgraph (`agerrno`), and output sets the locale of the whole process for a while. A GVC_t for each goroutine and LockOSThread do not help: any two threads share all of it. A lock around the whole of parse, layout and render does help, and a process or WASM instance for each worker helps without waiting. What is said of hidden state of threads is not so: Graphviz uses errno only right after a call that failed, touches neither signal masks (SIGCHLD) nor the floating-point environment, and has no thread-local variables.',
    sources: [
      'https://graphviz.org/docs/library/',
      'https://github.com/goccy/go-graphviz/issues/117',
      'https://gitlab.com/graphviz/graphviz/-/blob/main/lib/dotgen/mincross.c',
      'https://gitlab.com/graphviz/graphviz/-/blob/main/lib/cgraph/agerror.c',
      'https://github.com/ellson/MOTHBALLED-graphviz/blob/master/lib/common/emit.c',
    ],
    versions: 'Graphviz 2 and later',
  },
  {
    id: 'library-sqlite',
    title: 'SQLite: the build decides; a connection is for one thread at a time in the usual mode',
    text: 'Serialized (the default) allows sharing of connections, multi-thread only separate ones, single-thread nothing. `sqlite3_threadsafe()` tells. No state belongs to a thread.',
    sources: ['https://www.sqlite.org/threadsafe.html'],
    versions: 'SQLite 3',
  },
  {
    id: 'library-libgit2',
    title: 'libgit2: the last error belongs to the thread',
    text: '`git_error_last` has to run on the thread of the call that failed: one C function for both, or a locked thread. Objects are for one thread at a time.',
    sources: ['https://github.com/libgit2/libgit2/blob/main/docs/threading.md'],
    versions: 'libgit2 1.x',
  },
  {
    id: 'library-opengl',
    title: 'OpenGL: a context is current on one thread',
    text: 'Lock the goroutine before the context is made current and make every call from it. On macOS window functions have to be on the main thread: lock it in init.',
    sources: ['https://www.khronos.org/opengl/wiki/OpenGL_and_multithreading', 'https://go.dev/wiki/LockOSThread'],
    versions: 'any',
  },
  {
    id: 'library-netns',
    title: 'Linux namespaces and credentials: set for one thread',
    text: '`setns` and `unshare` change the calling thread only. Lock the goroutine, and let it end without unlocking when the change cannot be taken back: its thread ends with it. `syscall.Setuid` and its like are different, the package applies them to all threads.',
    sources: [
      'https://man7.org/linux/man-pages/man2/setns.2.html',
      'src/runtime/proc.go: If the calling goroutine exits without unlocking the thread',
      'src/syscall/syscall_linux.go: AllThreadsSyscall',
    ],
    versions: 'Go 1.16 to 1.26',
  },
  {
    id: 'library-errno',
    title: 'errno belongs to the thread, and cgo hands it over',
    text: '`r, err := C.f()` has the errno of that call. A second C call that asks for it may run on another thread and is too late in any case.',
    sources: ['src/cmd/cgo/doc.go: errno'],
    versions: 'Go 1.22 to 1.26',
  },
]
