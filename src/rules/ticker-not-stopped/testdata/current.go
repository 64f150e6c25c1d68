package basic

import "time"

// Since Go 1.23 it is collected.
func poll(done func() bool) {
	t := time.NewTicker(time.Second)
	for range t.C {
		if done() {
			return
		}
	}
}
