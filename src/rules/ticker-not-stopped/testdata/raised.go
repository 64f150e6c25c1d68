// go.mod: go 1.20

//go:build go1.24

// The constraint raises the language version of this file; timers are kept as in Go 1.20.
package raised

import "time"

func poll(done func() bool) {
	t := time.NewTicker(time.Second) // want `t is not stopped before the function returns`
	for range t.C {
		if done() {
			return
		}
	}
}
