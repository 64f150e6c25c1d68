package decided

import (
	"sync/atomic"
	"time"
)

const closed = 2

type gate struct {
	state atomic.Int32
	high  atomic.Int64
	last  atomic.Int64
	cache atomic.Pointer[int]
}

// To run once: the store makes the condition false.
func (g *gate) close(finish func()) {
	if g.state.Load() != closed {
		finish()
		g.state.Store(closed) // want `g\.state is stored here after a separate load`
	}
}

func (g *gate) lazy() {
	if g.cache.Load() == nil {
		made := new(int)
		g.cache.Store(made) // want `g\.cache is stored here`
	}
}

// Ordered against the loaded value: the smaller of two may be stored last.
func (g *gate) highest(n int64, log func()) {
	if old := g.high.Load(); n > old {
		log()
		g.high.Store(n) // want `g\.high is stored here`
	}
}

func (g *gate) limit(now time.Time, act func()) {
	if now.UnixNano()-g.last.Load() > int64(time.Second) {
		act()
		g.last.Store(now.UnixNano()) // want `g\.last is stored here`
	}
}

// Made of the loaded value.
func (g *gate) add(ready func(int64) bool, log func()) {
	if old := g.high.Load(); ready(old) {
		log()
		g.high.Store(old + 1) // want `g\.high is stored here`
	}
}
