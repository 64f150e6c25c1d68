package basic

import "runtime/debug"

func low() {
	debug.SetGCPercent(10)  // want `debug\.SetGCPercent\(10\) makes the collector run each time the heap has grown by 10 %`
	debug.SetGCPercent(-1)  // want `turns the collector off and nothing in the module sets a memory limit`
	debug.SetGCPercent(50)  // a common trade
	debug.SetGCPercent(400) // more memory, less CPU
}

// Near miss: the old value is put back.
func measure(f func()) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	f()
}
