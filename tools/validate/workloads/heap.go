package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// node is a linked structure so that marking follows pointers.
type node struct {
	next *node
	pad  [6]*node
}

var keep []*node
var sink any

// retain keeps about bytes of linked nodes alive.
func retain(bytes int) {
	keep = nil
	n := bytes / 64
	for range 64 {
		var head *node
		for range n / 64 {
			head = &node{next: head}
		}
		keep = append(keep, head)
	}
}

// churn allocates garbage of 4 KiB blocks at about perS bytes a second until the deadline, in each of workers goroutines.
func churn(workers int, perS float64, d time.Duration) {
	done := make(chan bool)
	for range workers {
		go func() {
			begin := now()
			until := begin + int64(d)
			for n := 0; now() < until; n++ {
				sink = make([]*node, 512)
				if watching && n%16 == 0 {
					lookAtCycle()
				}
				if perS > 0 {
					for float64(n)*4096 > float64(now()-begin)*perS/1e9/float64(workers) {
						busy(20 * time.Microsecond)
					}
				}
			}
			done <- true
		}()
	}
	for range workers {
		<-done
	}
}

var gcNames = []string{
	"/cpu/classes/gc/mark/assist:cpu-seconds", "/cpu/classes/gc/mark/dedicated:cpu-seconds", "/cpu/classes/gc/mark/idle:cpu-seconds",
	"/cpu/classes/gc/total:cpu-seconds", "/cpu/classes/total:cpu-seconds", "/gc/cycles/automatic:gc-cycles", "/gc/heap/allocs:bytes",
	"/gc/heap/live:bytes", "/gc/scan/heap:bytes", "/gc/scan/stack:bytes", "/gc/scan/globals:bytes", "/gc/heap/goal:bytes", "/cpu/classes/user:cpu-seconds",
}

func gcDelta(f func()) map[string]float64 {
	runtime.GC()
	a := read(gcNames...)
	t := now()
	f()
	s := float64(now()-t) / 1e9
	runtime.Gosched()
	b := read(gcNames...)
	return map[string]float64{
		"seconds": s, "assist": b[0] - a[0], "dedicated": b[1] - a[1], "idle": b[2] - a[2], "gc": b[3] - a[3], "total": b[4] - a[4],
		"cycles": b[5] - a[5], "allocs": b[6] - a[6], "live": b[7], "scanHeap": b[8], "scanStack": b[9], "scanGlobals": b[10], "goal": b[11], "user": b[12] - a[12],
	}
}

// collector: mark work on two Ps; the CPU classes need a cycle's end, so the run ends with one.
func collector(d time.Duration) {
	runtime.GOMAXPROCS(2)
	retain(64 << 20)
	for _, workers := range []int{1, 2} {
		f := gcDelta(func() { churn(workers, 100e6, d/2); runtime.GC() })
		emit(fmt.Sprintf("churn-%d", workers), nil, f)
	}
}

// pacer: phases of a scripted allocator at several GOGC. The lines of gctrace and gcpacertrace, and after each cycle what runtime/metrics
// says of it, go to stderr; the goal identity is also read once after each phase, when nothing is swept any more.
func pacer(d time.Duration) {
	runtime.GOMAXPROCS(2)
	retain(48 << 20)
	for _, gogc := range []int{50, 100, 200} {
		debug.SetGCPercent(gogc)
		for _, perS := range []float64{100e6, 0} {
			name := fmt.Sprintf("gogc-%d-%.0f", gogc, perS/1e6)
			runtime.GC()
			runtime.GC()
			fmt.Fprintf(os.Stderr, "phase begins: %s\n", name)
			watching = true
			f := gcDelta(func() { churn(1, perS, d/6) })
			watching = false
			fmt.Fprintf(os.Stderr, "phase ends: %s\n", name)
			emit(name, nil, f)
		}
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
		v := read("/gc/heap/live:bytes", "/gc/scan/stack:bytes", "/gc/scan/globals:bytes", "/gc/heap/goal:bytes", "/gc/scan/heap:bytes")
		emit(fmt.Sprintf("goal-%d", gogc), nil, map[string]float64{"live": v[0], "stack": v[1], "globals": v[2], "goal": v[3], "scan": v[4]})
	}
}

var watching bool
var cyclesSeen float64

// lookAtCycle prints what the runtime knows of a cycle that has just ended.
func lookAtCycle() {
	v := read("/gc/cycles/total:gc-cycles", "/gc/heap/live:bytes", "/gc/scan/heap:bytes", "/gc/scan/stack:bytes", "/gc/scan/globals:bytes", "/gc/heap/goal:bytes")
	if v[0] == cyclesSeen {
		return
	}
	cyclesSeen = v[0]
	fmt.Fprintf(os.Stderr, "cycle %.0f: live %.0f heap %.0f stack %.0f globals %.0f goal %.0f\n", v[0], v[1], v[2], v[3], v[4], v[5])
}
