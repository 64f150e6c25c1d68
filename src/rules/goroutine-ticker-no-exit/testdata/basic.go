package basic

import (
	"context"
	"time"
)

type health struct {
	ticker *time.Ticker
	done   chan struct{}
}

func (h *health) start(check func()) {
	h.ticker = time.NewTicker(time.Second)
	go func() {
		for range h.ticker.C { // want `the goroutine has no way out of this loop; stopping ticker does not end it`
			check()
		}
	}()
}

func (h *health) stop() { h.ticker.Stop() }

func local(check func()) func() {
	t := time.NewTicker(time.Second)
	go func() {
		for { // want `stopping t does not end it`
			<-t.C
			check()
		}
	}()
	return func() { t.Stop() }
}

func perCall(ctx context.Context, check func()) {
	t := time.NewTicker(time.Second)
	go func() {
		for { // want `not even when ctx ends`
			select {
			case <-t.C:
				check()
			}
		}
	}()
}

// Where it stops: a way out, for the life of the program, stopped by itself.
func fine(ctx context.Context, h *health, check func() bool) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	go func() {
		for {
			select {
			case <-t.C:
				check()
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		for range t.C {
			if check() {
				break
			}
		}
	}()
}

func daemon(check func()) {
	go func() {
		t := time.NewTicker(time.Minute)
		defer t.Stop()
		for range t.C {
			check()
		}
	}()
}

func main() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	go func() {
		for range t.C {
		}
	}()
}
