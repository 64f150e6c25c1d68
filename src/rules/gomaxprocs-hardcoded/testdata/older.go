//go:build go1.22

package basic

import "runtime"

func init() {
	runtime.GOMAXPROCS(runtime.NumCPU()) // want `sets what is the default`
}
