package basic

import (
	"sync"
	"sync/atomic"
)

type counter struct {
	mu    sync.Mutex
	refs  int32
	other int32
}

var total int64

func (c *counter) add() {
	atomic.AddInt32(&c.refs, 1)
	atomic.AddInt64(&total, 1)
}

func (c *counter) alive() bool {
	return c.refs > 0 // want `c\.refs is read without sync/atomic`
}

func (c *counter) drop() {
	c.refs-- // want `c\.refs is written without sync/atomic`
	total = 0 // want `total is written without`
}

// Where it stops: before publication, under a lock, another field, a local object, atomic.
func newCounter() *counter {
	c := &counter{refs: 1}
	c.refs = 2
	return c
}

func (c *counter) initialise() { c.refs = 1 }

func (c *counter) locked() int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refs
}

func (c *counter) fine() int32 {
	d := &counter{}
	d.refs = 1
	c.other++
	return atomic.LoadInt32(&c.refs) + c.other
}
