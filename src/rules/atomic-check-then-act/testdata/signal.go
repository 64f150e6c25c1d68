package signal

import "sync/atomic"

type manager struct {
	active  int32
	dirty   atomic.Bool
	late    atomic.Bool
	started atomic.Bool
	two     atomic.Int32
}

const busy = 1

func (m *manager) call()  { atomic.StoreInt32(&m.active, busy) }
func (m *manager) touch() { m.dirty.Store(true); m.late.Store(true); m.two.Store(1) }
func (m *manager) write() bool { return !m.dirty.Swap(true) }
func (m *manager) other() { m.two.Store(2) }
func (m *manager) reset()      { m.started.Store(false); m.dirty.Store(false) }

// The news is taken before it is acted upon: what comes in between is raised again.
func (m *manager) timer(rearm, flush, stop func()) {
	if atomic.LoadInt32(&m.active) == busy {
		atomic.StoreInt32(&m.active, 0)
		rearm()
	}
	if m.dirty.Load() {
		m.dirty.Store(false)
		flush()
	}
	if m.late.Load() {
		flush()
		m.late.Store(false) // want `m\.late is stored here after a separate load`
	}
	if m.two.Load() == 1 {
		m.two.Store(0) // want `m\.two is stored here`
		stop()
	}
}

// Not news but a turn: two may take it.
func (m *manager) start(run func()) {
	if !m.started.Load() {
		m.started.Store(true) // want `m\.started is stored here`
		run()
	}
}
