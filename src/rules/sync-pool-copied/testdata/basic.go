package basic

import "sync"

type buffers struct{ pool sync.Pool }

func take(p sync.Pool) any { // want `the parameter takes a copy of sync\.Pool`
	return p.Get()
}

func (b buffers) get() any { // want `the receiver takes a copy of basic\.buffers`
	return b.pool.Get()
}

// Where it stops.
func fine(p *sync.Pool) *buffers {
	q := sync.Pool{New: func() any { return new(int) }}
	_ = q.Get()
	return &buffers{pool: sync.Pool{}}
}

// copylocks says it here: a lock is copied with the pool.
type guarded struct {
	mu   sync.Mutex
	pool sync.Pool
}

func (g guarded) get() any {
	return g.pool.Get()
}
