package basic

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
)

func fixed() {
	debug.SetMemoryLimit(64 << 20) // want `debug\.SetMemoryLimit\(64 << 20\) fixes the memory limit at 64\.0 MB`
}

// Near misses: asking, none, and what the environment says.
func others() {
	debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(math.MaxInt64)
	bytes, _ := strconv.ParseInt(os.Getenv("LIMIT"), 10, 64)
	debug.SetMemoryLimit(bytes)
}
