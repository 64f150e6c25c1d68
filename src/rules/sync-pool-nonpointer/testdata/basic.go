package basic

import "sync"

type node struct{ a, b int }

type handle struct{ p *node }

var pool sync.Pool

func put(b []byte, n node, h handle, m map[string]int, p *[]byte, v any, s string) {
	pool.Put(b) // want `Put stores b of type \[\]byte in an interface, which allocates 24 bytes`
	pool.Put(n) // want `type basic\.node .* allocates 16 bytes`
	pool.Put(s) // want `type string`
	pool.Put(h)
	pool.Put(m)
	pool.Put(p)
	pool.Put(&n)
	pool.Put(v)
}
