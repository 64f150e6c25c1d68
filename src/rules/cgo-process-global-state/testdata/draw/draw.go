package draw

// #include <stdlib.h>
// #include "draw.h"
import "C"

import (
	"net/http"
	"runtime"
	"sync"
)

func serve(w http.ResponseWriter, r *http.Request) {
	C.draw_size(1) // want `C.draw_size writes page of the process without a lock and may run in several goroutines at once: net/http runs each request in a goroutine`
}

func workers(jobs chan *C.char) {
	for range 4 {
		go work(jobs)
	}
}

func work(jobs chan *C.char) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for text := range jobs {
		parse(text)
	}
}

func parse(text *C.char) {
	C.draw_parse(text) // want `C.draw_parse writes nodes, node_count and message of the process without a lock and may run in several goroutines at once: a loop starts the goroutines`
}

var mu sync.Mutex

func guarded(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	C.draw_size(1)
}

func readsOnly(w http.ResponseWriter, r *http.Request) {
	C.draw_limit(3)
	C.draw_count() // locks itself
}

// One goroutine owns the library.
func owner(jobs chan int) {
	go func() {
		for w := range jobs {
			C.draw_size(C.int(w))
		}
	}()
}

// Who calls it is not known here.
func Resize(w int) { C.draw_size(C.int(w)) }

var (
	turn  = make(chan struct{}, 1)
	setup sync.Once
)

// One at a time by other means than a lock.
func inTurn(w http.ResponseWriter, r *http.Request) {
	turn <- struct{}{}
	defer func() { <-turn }()
	C.draw_size(1)
}

func once(w http.ResponseWriter, r *http.Request) {
	setup.Do(func() { C.draw_size(1) })
}
