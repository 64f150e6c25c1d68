package pools

import "sync"

type reader struct{ packets sync.Pool }

// One finding a pool.
func (r *reader) all(a, b []byte) {
	r.packets.Put(a) // want `Put stores a of type \[\]byte in an interface, which allocates 24 bytes`
	r.packets.Put(b)
	others.Put(b[:0]) // want `Put stores b\[:0\]`
}

func (r *reader) again(c []byte) { r.packets.Put(c) }

var others sync.Pool
