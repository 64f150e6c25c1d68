// go.mod: go 1.22
package forever

import "time"

// The channel of a ticker is never closed: this does not end.
func every(d time.Duration, do func()) {
	go func() {
		ticker := time.NewTicker(d)
		for range ticker.C {
			do()
		}
	}()
}

func until(d time.Duration, do func() bool) {
	ticker := time.NewTicker(d) // want `ticker is not stopped before the function returns`
	for range ticker.C {
		if do() {
			break
		}
	}
}
