package fields

import (
	"sync"
	"sync/atomic"
)

type stats struct {
	reads  atomic.Int64
	writes atomic.Int64
	name   [64]byte
	errors atomic.Int64
	mu     sync.Mutex
}

func load(rounds int) *stats {
	s := &stats{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for range rounds {
			s.reads.Add(1)
		}
	})
	wg.Go(func() {
		for range rounds {
			s.writes.Add(1) // want `s\.writes is written in a loop here and s\.reads in a loop of another goroutine, 8 B apart: on one cache line`
		}
	})
	wg.Wait()
	return s
}

// Where it stops: far apart, the same field, read only, one goroutine.
func quiet(rounds int) {
	s := &stats{}
	go func() {
		for range rounds {
			s.reads.Add(1)
		}
	}()
	go func() {
		for range rounds {
			s.errors.Add(1)
		}
	}()
	go func() {
		for range rounds {
			s.reads.Add(1)
		}
	}()
	go func() {
		for s.writes.Load() < 10 {
		}
	}()
	s.writes.Store(10)
}

func one(rounds int) {
	var s stats
	go func() {
		for range rounds {
			s.reads.Add(1)
			s.writes.Add(1)
		}
	}()
}
