// go.mod: go 1.23

//go:build go1.21

// The constraint lowers the language version of this file, and nothing else: the program goes by the main module.
package file

import "time"

func poll(done func() bool) {
	t := time.NewTicker(time.Second)
	for range t.C {
		if done() {
			return
		}
	}
}
