package runner

import "sync/atomic"

type stream struct {
	created atomic.Bool
	shared  atomic.Bool
}

func open(first, again func()) *stream {
	s := &stream{}
	go s.run(first, again)
	return s
}

// Nobody else has created: one goroutine runs this.
func (s *stream) run(first, again func()) {
	for {
		if !s.created.Load() {
			first()
			s.created.Store(true)
		}
		if !s.shared.Load() {
			again()
			s.shared.Store(true) // want `s\.shared is stored here after a separate load`
		}
	}
}

func (s *stream) reset() { s.shared.Store(false) }
