package basic

import "sync/atomic"

var ready atomic.Bool

// spin waits.
//
//go:nosplit
func spin() {
	for !ready.Load() { // want `the loop has no bound and calls nothing, in a function marked go:nosplit`
	}
}

// Where it stops: bounded, or an ordinary function.
//
//go:nosplit
func bounded(b []byte) int {
	n := 0
	for i := 0; i < len(b); i++ {
		n += int(b[i])
	}
	for n > 0 {
		n--
	}
	return n
}

func ordinary() {
	for !ready.Load() {
	}
}
