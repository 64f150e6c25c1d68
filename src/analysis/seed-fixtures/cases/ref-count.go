package cases

import "sync/atomic"

type counted struct{ n int32 }

func (r *counted) init() { r.n = 1 }

func (r *counted) take() { atomic.AddInt32(&r.n, 1) }

func (r *counted) drop() bool { return atomic.AddInt32(&r.n, -1) == 0 }

func (r *counted) alive() bool {
	return r.n > 0 // want `atomic-mixed-access: `
}

func (r *counted) check() {
	if r.n <= 0 { // want `atomic-mixed-access: `
		panic("used after release")
	}
}
