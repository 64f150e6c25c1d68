package flow

import "sync"

type store struct {
	mu sync.RWMutex
	m  map[string]int
}

func (s *store) literal(k string) int {
	s.mu.RLock()
	defer func() {
		s.mu.Unlock() // want `s\.mu is locked for reading`
	}()
	return s.m[k]
}

func (s *store) jump(k string) int {
	s.mu.RLock()
again:
	if s.m[k] == 0 {
		k += "x"
		goto again
	}
	s.mu.Unlock() // want `s\.mu is locked for reading`
	return 1
}

// Where it stops: a helper that takes the other lock, a literal that takes its own, one that knows which is held.
func (s *store) upgrade() {
	s.mu.RUnlock()
	s.mu.Lock()
}

func (s *store) helped(k string) {
	s.mu.RLock()
	if s.m[k] == 0 {
		s.upgrade()
		s.m[k] = 1
		s.mu.Unlock()
		return
	}
	s.mu.RUnlock()
}

func (s *store) own(k string) {
	s.mu.RLock()
	defer func() {
		s.mu.Lock()
		s.m[k]++
		s.mu.Unlock()
	}()
	s.mu.RUnlock()
}

func (s *store) which(k string) {
	write := false
	s.mu.RLock()
	defer func() {
		if write {
			s.mu.Unlock()
		} else {
			s.mu.RUnlock()
		}
	}()
	if s.m[k] == 0 {
		s.mu.RUnlock()
		s.mu.Lock()
		write = true
	}
}
