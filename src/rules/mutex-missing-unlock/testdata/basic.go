package basic

import (
	"errors"
	"os"
	"sync"
)

type store struct {
	mu sync.Mutex
	rw sync.RWMutex
	m  map[string]int
}

var errNone = errors.New("none")

func (s *store) early(k string) error {
	s.mu.Lock()
	if _, ok := s.m[k]; !ok {
		return errNone // want `s\.mu is still locked when the function returns here`
	}
	s.m[k]++
	s.mu.Unlock()
	return nil
}

func (s *store) loop(keys []string) int {
	n := 0
	for _, k := range keys {
		s.rw.RLock()
		switch k {
		case "":
			s.rw.RUnlock()
			continue
		case "stop":
			return n // want `s\.rw is still locked`
		}
		n += s.m[k]
		s.rw.RUnlock()
	}
	return n
}

func (s *store) twice() {
	s.mu.Lock()
	defer s.mu.Lock() // want `defer locks s\.mu again`
	s.m["a"] = 1
}

// Where it stops: deferred, unlocked by a literal, handed over, relocked, ended.
func (s *store) deferred() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		return errNone
	}
	return nil
}

func (s *store) literal() error {
	s.mu.Lock()
	unlock := func() { s.mu.Unlock() }
	if s.m == nil {
		return errNone
	}
	unlock()
	s.mu.Lock()
	s.mu.Unlock()
	return nil
}

func (s *store) tryGet() bool {
	s.mu.Lock()
	if s.m == nil {
		s.mu.Unlock()
		return false
	}
	return true
}

func (s *store) relock() error {
	s.mu.Unlock()
	defer s.mu.Lock()
	if s.m == nil {
		return errNone
	}
	return nil
}

func (s *store) calledLocked() error {
	s.mu.Unlock()
	s.mu.Lock()
	if s.m == nil {
		return errNone
	}
	s.mu.Unlock()
	return nil
}

func (s *store) exits() {
	s.mu.Lock()
	if s.m == nil {
		os.Exit(1)
	}
	if len(s.m) == 1 {
		panic("one")
	}
	s.mu.Unlock()
}

func (s *store) sometimes(b bool) int {
	if b {
		s.mu.Lock()
	}
	n := len(s.m)
	if n == 0 {
		if b {
			s.mu.Unlock()
		}
		return 0
	}
	if b {
		s.mu.Unlock()
	}
	return n
}
