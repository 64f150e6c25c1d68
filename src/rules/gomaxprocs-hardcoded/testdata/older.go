// go.mod: go 1.24

package basic

import "runtime"

func init() {
	runtime.GOMAXPROCS(runtime.NumCPU()) // want `sets what is the default`
	runtime.GOMAXPROCS(128)              // want `sets a fixed number of processors`
}
