package texts

/*
#include <errno.h>
typedef struct graph graph;
static void some_c_function(void) {}
static int layout(graph *g) { return 0; }
static int get_errno(void) { return errno; }
static void set_ptr(int *p) {}
*/
import "C"

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

func withThread() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.some_c_function()
}

func render(g *C.graph) int {
	if C.layout(g) != 0 {
		return int(C.get_errno()) // want `cgo-errno-separate-call: `
	}
	return 0
}

func pinned() {
	var pin runtime.Pinner
	x := new(C.int)
	pin.Pin(x)
	defer pin.Unpin()
	C.set_ptr(x)
}

// Nothing here says that the worker's goroutine ends: to stay locked for life is legal.
func initWorker() {
	runtime.LockOSThread()
	C.some_c_function()
}

func fetch(get func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return get(ctx)
}

var ready atomic.Bool

func init() { ready.Store(true) }

func kernel(launch func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := launch(); err != nil {
		return err
	}
	return nil
}
