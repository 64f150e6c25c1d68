package held

import (
	"sync"
	"sync/atomic"
)

type log struct {
	mu   sync.Mutex
	last atomic.Uint64
}

// Lock should be held.
func (l *log) advance(to uint64) {
	if l.last.Load() < to {
		l.mark()
		l.last.Store(to)
	}
}

func (l *log) advanceLocked(to uint64) {
	if l.last.Load() < to {
		l.mark()
		l.last.Store(to)
	}
}

func (l *log) advanceAlone(to uint64) {
	if l.last.Load() < to {
		l.mark()
		l.last.Store(to) // want `l\.last is stored here after a separate load`
	}
}

func (l *log) mark() {}
