// go.mod: go 1.26
// go.mod: godebug asynctimerchan=1

package setting

import "time"

func poll(done func() bool) {
	t := time.NewTicker(time.Second) // want `t is not stopped before the function returns`
	for range t.C {
		if done() {
			return
		}
	}
}
