package basic

import (
	"runtime"
	"runtime/debug"
)

func after(m map[string]int) {
	clear(m)
	runtime.GC()         // want `runtime\.GC\(\) runs a whole garbage collection and waits for it`
	debug.FreeOSMemory() // want `debug\.FreeOSMemory\(\) runs a whole`
}

// Where it stops.
func limits() int64 { return debug.SetMemoryLimit(-1) }
