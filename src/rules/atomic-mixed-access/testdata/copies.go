package copies

import "sync/atomic"

type sum struct{ total, n int64 }

func (s *sum) add(v int64) {
	atomic.AddInt64(&s.total, v)
	atomic.AddInt64(&s.n, 1)
}

// The receiver is a copy of its own.
func (s sum) average() int64 {
	if s.n == 0 {
		return 0
	}
	return s.total / s.n
}

func (s *sum) torn() int64 {
	return s.total / s.n // want `s\.total is read without sync/atomic` `s\.n is read without sync/atomic`
}

type window struct{ hits, misses int64 }

type cache struct{ now atomic.Pointer[window] }

func (c *cache) hit() {
	w := c.now.Load()
	if w == nil {
		w = &window{}
		c.now.Store(w)
	}
	atomic.AddInt64(&w.hits, 1)
	atomic.AddInt64(&w.misses, 1)
}

// Windows that are added up here are not the one in the cache.
func (w *window) merge(other window) {
	w.hits += other.hits
	w.misses += other.misses
}
