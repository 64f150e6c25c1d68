package basic

import (
	"sync"
	"sync/atomic"
)

type once struct {
	done  atomic.Bool
	state int32
	mu    sync.Mutex
	m     sync.Map
}

func (o *once) do(f func()) {
	if !o.done.Load() {
		f()
		o.done.Store(true) // want `o\.done is stored here after a separate load`
	}
	if atomic.LoadInt32(&o.state) == 0 {
		atomic.StoreInt32(&o.state, 1) // nothing is decided: a write is saved
	}
}

func (o *once) get(k string) any {
	v, ok := o.m.Load(k)
	if !ok {
		v = new(int)
		o.m.Store(k, v) // want `o\.m\.Store runs here because a separate Load found nothing`
	}
	if _, ok := o.m.Load("a"); !ok {
		o.m.Store("a", 1) // want `o\.m\.Store runs here`
	}
	return v
}

// Where it stops: swapped, under a lock, another key, another variable.
func (o *once) fine(k, l string) {
	if !o.done.Load() && o.done.CompareAndSwap(false, true) {
		return
	}
	if _, ok := o.m.Load(k); !ok {
		o.m.Store(l, 1)
	}
	if _, ok := o.m.Load(k); !ok {
		o.m.LoadOrStore(k, 1)
	}
}

func (o *once) locked(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.done.Load() {
		f()
		o.done.Store(true)
	}
}
