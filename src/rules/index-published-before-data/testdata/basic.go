package basic

import (
	"sync"
	"sync/atomic"
)

type ring struct {
	buf  [64]int
	tail uint64
	head atomic.Uint64
	mu   sync.Mutex
}

func (r *ring) push(v int) {
	t := atomic.LoadUint64(&r.tail)
	atomic.StoreUint64(&r.tail, t+1)
	r.buf[t%64] = v // want `r\.buf\[t%64\] is written after r\.tail has been published`
}

func (r *ring) typed(v int) {
	h := r.head.Load()
	r.head.Store(h + 1)
	r.buf[h%64] = v // want `after r\.head has been published`
}

// Where it stops: data first, another object, under a lock.
func (r *ring) right(o *ring, v int) {
	t := atomic.LoadUint64(&r.tail)
	r.buf[t%64] = v
	atomic.StoreUint64(&r.tail, t+1)
	o.buf[0] = v
}

func (r *ring) locked(v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := atomic.LoadUint64(&r.tail)
	atomic.StoreUint64(&r.tail, t+1)
	r.buf[t%64] = v
}
