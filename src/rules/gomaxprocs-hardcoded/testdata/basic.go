package basic

import (
	"os"
	"runtime"
)

func init() {
	runtime.GOMAXPROCS(runtime.NumCPU()) // want `overrides the default with the number of processors the process may use`
}

const procs = 4

func fixed() {
	runtime.GOMAXPROCS(procs) // want `runtime\.GOMAXPROCS\(procs\) sets a fixed number of processors`
}

// Where it stops: asked, chosen, restored, serial on purpose.
func fine(n int) int {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2)
	}
	runtime.GOMAXPROCS(1)
	runtime.GOMAXPROCS(n)
	old := runtime.GOMAXPROCS(8)
	defer runtime.GOMAXPROCS(old)
	return runtime.GOMAXPROCS(0)
}
