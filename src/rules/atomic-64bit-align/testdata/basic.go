package basic

import "sync/atomic"

type inner struct {
	flags uint32
	count uint64
}

type stats struct {
	on    int32
	count int64
	inner
	typed atomic.Int64
}

func (s *stats) add() {
	atomic.AddInt64(&s.count, 1) // want `s\.count is at offset 4 on linux/386`
	atomic.LoadUint64(&s.inner.count)
	atomic.AddInt32(&s.on, 1)
	s.typed.Add(1)
}

type aligned struct {
	count int64
	on    int32
	more  [4]int32
	last  uint64
}

func (a *aligned) add() {
	atomic.AddInt64(&a.count, 1)
	atomic.AddUint64(&a.last, 1) // want `a\.last is at offset 28`
}
