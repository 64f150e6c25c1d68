package called

import "go.uber.org/automaxprocs/maxprocs"

func limits(asked bool) {
	undo, err := maxprocs.Set() // want `maxprocs\.Set sets GOMAXPROCS from the CPU quota, which the runtime does by itself`
	if err == nil {
		defer undo()
	}
	if asked {
		if _, err := maxprocs.Set(); err != nil { // want `maxprocs\.Set sets GOMAXPROCS from the CPU quota, on a condition, which`
			return
		}
	}
}
