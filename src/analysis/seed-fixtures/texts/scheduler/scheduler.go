package scheduler

import (
	"runtime"
	"time"
)

func busy()

// Many goroutines that yield once: nothing waits here.
func yields() int {
	for range 1000 {
		go func() { runtime.Gosched() }()
	}
	return runtime.NumGoroutine()
}

// A number that comes from the machine at run time is not hard-coded.
func follow(cpus []int) { runtime.GOMAXPROCS(len(cpus)) }

func stress() {
	for i := range runtime.NumCPU() {
		go func(node int) {
			for range 10_000_000 {
				_ = time.Now().UnixNano()
			}
			_ = node
		}(i % 2)
	}
}

// A receive from a closed channel gives the zero value at once.
func closed() int {
	ch := make(chan int, 1)
	close(ch)
	return <-ch
}
