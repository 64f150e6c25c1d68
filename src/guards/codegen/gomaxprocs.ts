// GOMAXPROCS from CPU quota and affinity for programs built with Go before 1.25, where the runtime does not do it (E-63): the same rule as
// runtime/cgroup_linux.go and internal/runtime/cgroup of Go 1.25: rounded up, at least 2, at most the CPUs allowed, looked at once a second.
import {generatedHeader, goFile, type GeneratedFile} from './go-file.ts'

export interface GomaxprocsGuard {
  readonly package: string
  /** At least 1 s. Unit: ms. */
  readonly everyMs: number
}

export function gomaxprocsGo(guard: GomaxprocsGuard, config: string): GeneratedFile[] {
  const header = generatedHeader('gomaxprocs', config)
  return [
    {path: 'gomaxprocs.go', text: limitGo(guard, header)},
    {path: 'start_old.go', text: oldGo(guard, header)},
    {path: 'start_new.go', text: newGo(guard, header)},
    {path: 'affinity_linux.go', text: affinityGo(guard, header)},
    {
      path: 'affinity_other.go',
      text: `${header}\n\n//go:build !linux\n\npackage ${guard.package}\n\nimport "runtime"\n\n// allowedCPUs is all of them.\nfunc allowedCPUs() int { return runtime.NumCPU() }\n`,
    },
  ]
}

function limitGo(guard: GomaxprocsGuard, header: string): string {
  const doc = `Package ${guard.package} keeps GOMAXPROCS at what the CPU quota of the cgroup and the affinity of the process allow, for programs built with Go before 1.25.
From 1.25 on the runtime does this itself and Start does nothing.

It needs Go 1.21 or later.`
  const f = goFile(guard.package, header, doc)
  f.use('io/fs', 'math', 'path', 'strconv', 'strings')
  f.print(`
// limit is the value for so many CPUs and a quota in CPUs; a quota of 0 is none. Below 2 a goroutine that is throttled holds up the collector, so
// a small quota is rounded up, unless there is only one CPU.
func limit(cpus int, quota float64) int {
	n := cpus
	if quota > 0 {
		n = min(n, max(2, int(math.Ceil(quota))))
	}
	return max(1, n)
}

// quota is the least CPU quota of the process's cgroups and those above them, in CPUs; 0 is none. root is the root of the file system.
func quota(root fs.FS) float64 {
	mine, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0
	}
	least := 0.0
	for _, line := range strings.Split(string(mine), "\\n") {
		parts := strings.SplitN(line, ":", 3) // hierarchy:controllers:path
		if len(parts) != 3 {
			continue
		}
		mount, read := "sys/fs/cgroup", quotaV2
		if parts[1] != "" {
			if !hasController(parts[1], "cpu") {
				continue
			}
			mount, read = path.Join("sys/fs/cgroup", parts[1]), quotaV1
		}
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			if q := read(root, path.Join(mount, dir)); q > 0 && (least == 0 || q < least) {
				least = q
			}
			if dir == "/" {
				break
			}
		}
	}
	return least
}

func hasController(list, name string) bool {
	for _, each := range strings.Split(list, ",") {
		if each == name {
			return true
		}
	}
	return false
}

// quotaV2 reads cpu.max: "max 100000" or "150000 100000".
func quotaV2(root fs.FS, dir string) float64 {
	fields := strings.Fields(text(root, path.Join(dir, "cpu.max")))
	if len(fields) != 2 {
		return 0
	}
	return share(fields[0], fields[1])
}

func quotaV1(root fs.FS, dir string) float64 {
	return share(text(root, path.Join(dir, "cpu.cfs_quota_us")), text(root, path.Join(dir, "cpu.cfs_period_us")))
}

func share(quota, period string) float64 {
	q, errQ := strconv.ParseFloat(quota, 64)
	p, errP := strconv.ParseFloat(period, 64)
	if errQ != nil || errP != nil || q <= 0 || p <= 0 {
		return 0
	}
	return q / p
}

func text(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
`)
  return f.toString()
}

function oldGo(guard: GomaxprocsGuard, header: string): string {
  const f = goFile(guard.package, `${header}\n\n//go:build !go1.25`)
  f.use('context', 'os', 'runtime', 'time')
  f.print(`
// every is how often quota and affinity are looked at.
const every = ${guard.everyMs} * time.Millisecond

// Start sets GOMAXPROCS and looks again until ctx ends; onChange, which may be nil, is told of each change. It returns at once. A GOMAXPROCS in the
// environment is somebody's decision: then nothing happens.
func Start(ctx context.Context, onChange func(from, to int)) {
	if os.Getenv("GOMAXPROCS") != "" {
		return
	}
	apply(onChange)
	go func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				apply(onChange)
			}
		}
	}()
}

func apply(onChange func(from, to int)) {
	to := limit(allowedCPUs(), quota(os.DirFS("/")))
	from := runtime.GOMAXPROCS(0)
	if from == to {
		return // setting it stops the world
	}
	runtime.GOMAXPROCS(to)
	if onChange != nil {
		onChange(from, to)
	}
}
`)
  return f.toString()
}

function newGo(guard: GomaxprocsGuard, header: string): string {
  const f = goFile(guard.package, `${header}\n\n//go:build go1.25`)
  f.use('context')
  f.print(`
// Start does nothing: since Go 1.25 the runtime follows quota and affinity itself (GODEBUG containermaxprocs and updatemaxprocs).
func Start(context.Context, func(from, to int)) {}
`)
  return f.toString()
}

function affinityGo(guard: GomaxprocsGuard, header: string): string {
  const f = goFile(guard.package, header)
  f.use('math/bits', 'runtime', 'syscall', 'unsafe')
  f.print(`
// allowedCPUs is the number of CPUs the main thread may run on now; runtime.NumCPU is what it was at the start.
func allowedCPUs() int {
	var mask [128]uint64 // 8192 CPUs, as the runtime has it
	n, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, uintptr(syscall.Getpid()), unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask[0])))
	if errno != 0 {
		return runtime.NumCPU()
	}
	cpus := 0
	for _, word := range mask[:n/8] {
		cpus += bits.OnesCount64(word)
	}
	return max(1, cpus)
}
`)
  return f.toString()
}
