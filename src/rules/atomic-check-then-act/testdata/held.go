package held

import (
	"sync"
	"sync/atomic"
)

type log struct {
	mu    sync.Mutex
	last  atomic.Uint64
	names sync.Map
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

// Lock should be held: whoever uses a sync.Map does so to go without.
func (l *log) learn(name string) {
	if _, ok := l.names.Load(name); !ok {
		l.names.Store(name, 1) // want `l\.names\.Store runs here because a separate Load found nothing`
	}
}

func (l *log) mark() {}
