// go.mod: go 1.26
// go.mod: godebug containermaxprocs=0

package setting

import "runtime"

func init() {
	runtime.GOMAXPROCS(runtime.NumCPU()) // want `sets what is the default`
}
