package basic

import (
	"sync"
	"sync/atomic"
)

type counter struct {
	refs  int32
	other int32
}

func (c *counter) add() { atomic.AddInt32(&c.refs, 1) }

func (c *counter) alive() bool {
	return c.refs > 0 // want `c\.refs is read without sync/atomic`
}

func (c *counter) drop() {
	c.refs-- // want `c\.refs is written without sync/atomic`
}

// Where it stops: before publication, another field, a local object, atomic, behind a Wait.
func newCounter() *counter {
	c := &counter{refs: 1}
	c.refs = 2
	return c
}

func (c *counter) initialise() { c.refs = 1 }

func (c *counter) fine() int32 {
	d := &counter{}
	d.refs = 1
	c.other++
	return atomic.LoadInt32(&c.refs) + c.other
}

func (c *counter) after(wg *sync.WaitGroup) int32 {
	wg.Wait()
	return c.refs
}

// The one who reads it plainly may hold a lock that is not seen here: a field of somebody else's, and a type with a lock.
func total(all []*counter) (sum int32) {
	for _, one := range all {
		sum += one.refs
	}
	return sum
}

type guarded struct {
	mu sync.Mutex
	n  int32
}

func (g *guarded) add()       { atomic.AddInt32(&g.n, 1) }
func (g *guarded) get() int32 { return g.n }

// One writer may read what it stored itself.
type ring struct{ head uint64 }

func (r *ring) push()           { atomic.StoreUint64(&r.head, r.head+1) }
func (r *ring) length() uint64 { return atomic.LoadUint64(&r.head) }
