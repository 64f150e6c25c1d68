package settled

import "sync"

type pool struct {
	workers sync.Pool
	size    int
	wake    func()
}

type worker struct {
	pool *pool
	last int
}

func newPool() *pool {
	p := &pool{}
	p.workers.New = func() any { return &worker{pool: p} }
	return p
}

// One finding for each Put.
func (w *worker) leave() {
	w.pool.workers.Put(w)
	if w.pool.size > 0 { // want `w is used here after it was put back into its sync\.Pool`
		w.pool.wake()
	}
	w.pool.wake()
}

func (w *worker) count() int {
	w.pool.workers.Put(w)
	w.pool.wake()
	return w.last // want `w is used here after it was put back`
}

func (w *worker) seen(n int) { w.last = n }
