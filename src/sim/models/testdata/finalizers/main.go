// Command finalizers prints for chains and rings how many callbacks ran, and after which collection the first and the last did.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

type node struct {
	next *node
	pad  [64]byte
}

var cycle atomic.Int64

//go:noinline
func build(n int, ring bool, watch func(*node)) {
	var head, last *node
	for range n {
		head = &node{next: head}
		if last == nil {
			last = head
		}
		watch(head)
	}
	if ring {
		last.next = head
	}
}

func try(name string, n int, ring, cleanup bool) {
	var first, last, ran atomic.Int64
	note := func() {
		ran.Add(1)
		first.CompareAndSwap(0, cycle.Load())
		last.Store(cycle.Load())
	}
	build(n, ring, func(p *node) {
		if cleanup {
			runtime.AddCleanup(p, func(int) { note() }, 0)
		} else {
			runtime.SetFinalizer(p, func(*node) { note() })
		}
	})
	for i := int64(1); i <= 6; i++ {
		cycle.Store(i)
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
	}
	fmt.Println(name, ran.Load(), first.Load(), last.Load())
}

func main() {
	try("finalizer-chain", 3, false, false)
	try("finalizer-ring", 2, true, false)
	try("cleanup-chain", 3, false, true)
	try("cleanup-ring", 2, true, true)
}
