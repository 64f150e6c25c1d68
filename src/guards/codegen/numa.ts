// A launcher in Go: affinity and memory policy of this thread, then exec. Both are kept over execve and inherited by every later thread
// (sched_setaffinity(2), set_mempolicy(2)), so the Go runtime of the program starts inside them and sizes GOMAXPROCS by them.
import {generatedHeader, goFile, goString, type GeneratedFile} from './go-file.ts'

export const numaPolicies = ['bind', 'preferred', 'interleave', 'local', 'none'] as const
export type NumaPolicy = (typeof numaPolicies)[number]

export interface NumaGuard {
  /** What -node, -policy and -cpus are when they are not given. */
  readonly node: number
  readonly policy: NumaPolicy
  readonly cpus: string
}

export function numaGo(guard: NumaGuard, config: string): GeneratedFile[] {
  return [{path: 'main.go', text: mainGo(guard, generatedHeader('numa', config))}]
}

function mainGo(guard: NumaGuard, header: string): string {
  const doc = `Command numa-run starts a program on the CPUs and memory of one NUMA node:

	numa-run [-node N] [-policy bind|preferred|interleave|local|none] [-cpus 0-3,8] -- program arguments

The whole process is confined, before its first instruction: a Go program cannot do that for itself afterwards, its threads exist already. One process per
node and a balancer before them is the arrangement this is for; whether it helps a program must be measured with that program.

It needs Linux on amd64 or arm64 and nothing outside the standard library.`
  const f = goFile('main', `${header}\n\n//go:build linux && (amd64 || arm64)`, doc)
  f.use('errors', 'flag', 'fmt', 'os', 'os/exec', 'runtime', 'strconv', 'strings', 'syscall', 'unsafe')
  f.print(`
// Modes of set_mempolicy: include/uapi/linux/mempolicy.h.
var policies = map[string]uintptr{"preferred": 1, "bind": 2, "interleave": 3, "local": 4}

const (
	cpusMax  = 8192
	nodesMax = 1024
)

func main() {
	node := flag.Int("node", ${guard.node}, "NUMA node whose CPUs and memory are used")
	policy := flag.String("policy", ${goString(guard.policy)}, "where memory comes from: bind, preferred, interleave (over all nodes), local, none")
	cpus := flag.String("cpus", ${goString(guard.cpus)}, "CPUs instead of all those of the node: 0-3,8")
	flag.Parse()
	if err := run(*node, *policy, *cpus, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "numa-run:", err)
		os.Exit(127)
	}
}

func run(node int, policy, cpus string, command []string) error {
	if len(command) == 0 {
		return errors.New("no program to start: numa-run [flags] -- program arguments")
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	runtime.LockOSThread() // affinity and policy are the thread's that calls exec
	if cpus == "" {
		text, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/node/node%d/cpulist", node))
		if err != nil {
			return fmt.Errorf("node %d: %w", node, err)
		}
		cpus = strings.TrimSpace(string(text))
	}
	set, err := parseList(cpus, cpusMax)
	if err != nil {
		return err
	}
	if err := setAffinity(set); err != nil {
		return fmt.Errorf("sched_setaffinity to %s: %w", cpus, err)
	}
	if err := setPolicy(policy, node); err != nil {
		return err
	}
	return syscall.Exec(path, command, os.Environ())
}

// setPolicy sets the memory policy of this thread.
func setPolicy(policy string, node int) error {
	if policy == "none" {
		return nil
	}
	mode, known := policies[policy]
	if !known {
		return fmt.Errorf("no policy %q", policy)
	}
	var nodes []int
	switch policy {
	case "bind", "preferred":
		nodes = []int{node}
	case "interleave":
		text, err := os.ReadFile("/sys/devices/system/node/has_memory")
		if err != nil {
			return err
		}
		if nodes, err = parseList(strings.TrimSpace(string(text)), nodesMax); err != nil {
			return err
		}
	}
	mask := bits(nodes, nodesMax)
	pointer, width := unsafe.Pointer(&mask[0]), uintptr(nodesMax+1) // the kernel takes one bit less than it is told
	if policy == "local" {
		pointer, width = nil, 0
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SET_MEMPOLICY, mode, uintptr(pointer), width); errno != 0 {
		return fmt.Errorf("set_mempolicy %s: %w", policy, errno)
	}
	return nil
}

func setAffinity(cpus []int) error {
	mask := bits(cpus, cpusMax)
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, uintptr(len(mask)*8), uintptr(unsafe.Pointer(&mask[0]))); errno != 0 {
		return errno
	}
	return nil
}

func bits(set []int, size int) []uint64 {
	mask := make([]uint64, size/64)
	for _, i := range set {
		mask[i/64] |= 1 << (i % 64)
	}
	return mask
}

// parseList reads "0-3,8".
func parseList(text string, limit int) ([]int, error) {
	var set []int
	for _, part := range strings.Split(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("%q is no list of numbers like 0-3,8", text)
		}
		to := from
		if isRange {
			if to, err = strconv.Atoi(last); err != nil {
				return nil, fmt.Errorf("%q is no list of numbers like 0-3,8", text)
			}
		}
		if from < 0 || to < from || to >= limit {
			return nil, fmt.Errorf("%q is outside 0 to %d", part, limit-1)
		}
		for i := from; i <= to; i++ {
			set = append(set, i)
		}
	}
	return set, nil
}
`)
  return f.toString()
}
