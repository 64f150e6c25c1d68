package basic

import "sync"

type store struct {
	sync.RWMutex
	mu sync.RWMutex
	m  map[string]int
}

func (s *store) get(k string) int {
	s.mu.RLock()
	defer s.mu.Unlock() // want `s\.mu is locked for reading`
	return s.m[k]
}

func (s *store) set(k string) {
	s.mu.Lock()
	s.m[k] = 1
	s.mu.RUnlock() // want `s\.mu is locked for writing`
}

func (s *store) promoted() {
	s.RLock()
	if s.m == nil {
		s.Unlock() // want `s is locked for reading`
		return
	}
	s.RUnlock()
}

// Where it stops: another mutex, a branch that chooses, an upgrade that is done right.
func (s *store) upgrade(write bool) {
	s.mu.RLock()
	s.Lock()
	s.Unlock()
	s.mu.RUnlock()
	s.mu.Lock()
	s.mu.Unlock()
	if write {
		s.mu.Lock()
	} else {
		s.mu.RLock()
	}
	if write {
		s.mu.Unlock()
	} else {
		s.mu.RUnlock()
	}
}
