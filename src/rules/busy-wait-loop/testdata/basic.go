package basic

import (
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

var ready bool

func forEver() {
	for { // want `the loop does nothing, for ever`
	}
}

func flag() {
	for !ready { // want `the loop does nothing until !ready changes`
	}
}

func yields() {
	for { // want `the loop only yields`
		runtime.Gosched()
	}
}

func polls(in chan int, use func(int)) {
	for { // want `the select with an empty default`
		select {
		case v := <-in:
			use(v)
		default:
		}
	}
}

func pollsUntil(in chan int, use func(int), stopped *atomic.Bool) {
	for !stopped.Load() { // want `the select with an empty default`
		select {
		case v := <-in:
			use(v)
		default:
		}
	}
}

func empty() {
	for { // want `the select with an empty default`
		select {
		default:
		}
	}
}

// Where it stops: something waits, calls, counts, or never gets there.
func fine(in chan int, flag *atomic.Bool, next func() bool) {
	for !flag.Load() {
		time.Sleep(time.Millisecond)
	}
	for next() {
	}
	for i := 0; i < 10; i++ {
	}
	for {
		select {
		case <-in:
			return
		default:
		}
	}
}

func waits(in chan int) {
	for {
		select {
		case <-in:
		}
	}
}

func sleeps(in chan int) {
	for {
		select {
		case <-in:
		default:
			time.Sleep(time.Second)
		}
	}
}

func ends() {
	os.Exit(1)
	for {
	}
}
