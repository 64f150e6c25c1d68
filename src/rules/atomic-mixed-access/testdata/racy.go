package racy

import "sync/atomic"

type counter struct{ n int64 }

func (c *counter) Add(d int64)      { atomic.AddInt64(&c.n, d) }
func (c *counter) RacyLoad() int64  { return c.n }
func (c *counter) Load() int64      { return c.n } // want `c\.n is read without sync/atomic`
