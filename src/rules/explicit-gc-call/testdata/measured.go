package measured

import (
	"io"
	"runtime"
	"runtime/pprof"
)

// A heap profile shows the state after the last collection: one is run before.
func dump(w io.Writer) error {
	runtime.GC()
	return pprof.WriteHeapProfile(w)
}
