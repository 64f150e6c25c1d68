package pool

import "sync"

type guarded struct {
	pool sync.Pool
	mu   sync.Mutex
}

func (g guarded) get() any { // want `the receiver takes a copy of pool\.guarded, which holds sync\.Mutex in mu`
	return g.pool.Get()
}

// sync-pool-copied says it here.
func take(p sync.Pool) any {
	return p.Get()
}
