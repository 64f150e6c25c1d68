// go.mod: go 1.22

package basic

import "time"

func poll(done func() bool) {
	t := time.NewTicker(time.Second) // want `t is not stopped before the function returns`
	for range t.C {
		if done() {
			return
		}
	}
}

// Where it stops: stopped, for ever, handed on.
func fine(done func() bool) *time.Ticker {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	<-t.C
	u := time.NewTicker(time.Second)
	return u
}

func forEver(work func()) {
	t := time.NewTicker(time.Second)
	for {
		<-t.C
		work()
	}
}
