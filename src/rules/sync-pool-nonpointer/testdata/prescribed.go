package prescribed

import "sync"

// As net/http/httputil.BufferPool wants it.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte  { return b.pool.Get().([]byte) }
func (b *buffers) Put(p []byte) { b.pool.Put(p) }

type other struct{ pool sync.Pool }

func (o *other) Put(p []byte) { o.pool.Put(p) } // want `Put stores p of type \[\]byte`
