package loop

import "sync/atomic"

type conn struct {
	packets  chan int
	estimate atomic.Int64
	shared   atomic.Int64
	pooled   atomic.Int64
	called   atomic.Int64
}

func accept(packets []chan int) {
	for _, in := range packets {
		c := &conn{packets: in}
		c.estimate.Store(1200)
		go c.run()
	}
}

func dial(in chan int, done func()) *conn {
	c := &conn{packets: in}
	c.estimate.Store(1200)
	go func() {
		c.run()
		done()
	}()
	return c
}

// One goroutine for each conn: only it stores, others look.
func (c *conn) run() {
	for {
		select {
		case n := <-c.packets:
			if n == 0 {
				c.migrated()
				return
			}
			c.acked(int64(n), func() {})
			c.seen(int64(n), func() {})
		}
	}
}

func (c *conn) acked(n int64, told func()) {
	if n > c.estimate.Load() {
		c.estimate.Store(n)
		told()
	}
	if n > c.shared.Load() {
		c.shared.Store(n) // want `c\.shared is stored here after a separate load`
		told()
	}
}

func (c *conn) migrated() { c.estimate.Store(1200) }

// Size is for anybody.
func (c *conn) Size() int64 { return c.estimate.Load() }

// Reset too, and it stores.
func (c *conn) Reset() { c.shared.Store(0) }

// Used as a value: whoever calls it is not known.
func (c *conn) onMore() func(int64, func()) { return c.seen }

func (c *conn) seen(n int64, told func()) {
	if n > c.called.Load() {
		c.called.Store(n) // want `c\.called is stored here`
		told()
	}
}

// Several goroutines for one object.
func serve(c *conn) {
	for range 4 {
		go c.work()
	}
}

func (c *conn) work() {
	for n := range c.packets {
		c.worked(int64(n), func() {})
	}
}

func (c *conn) worked(n int64, told func()) {
	if n > c.pooled.Load() {
		c.pooled.Store(n) // want `c\.pooled is stored here`
		told()
	}
}
