package basic

import "sync/atomic"

type counter struct{ n int64 }

var total uint64

func wrong(c *counter, p *int32) {
	c.n = atomic.AddInt64(&c.n, 1)        // want `c\.n is assigned the result of atomic\.AddInt64 on itself`
	total = atomic.AddUint64(&total, 1)   // want `total is assigned`
	*p = atomic.AddInt32(p, 1)            // want `\*p is assigned`
	_, total = 1, atomic.AddUint64(&total, 1) // want `total is assigned`
}

// Where it stops: the result kept elsewhere, another object's field, a new variable.
func right(c, d *counter) int64 {
	n := atomic.AddInt64(&c.n, 1)
	d.n = atomic.AddInt64(&c.n, 1)
	atomic.AddInt64(&c.n, 1)
	return n
}
