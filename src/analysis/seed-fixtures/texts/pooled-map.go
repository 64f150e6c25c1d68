package texts

import "sync"

var pool = sync.Pool{
	New: func() any {
		m := make(map[string]int)
		return &m
	},
}

var kept = map[int]*map[string]int{}

func handle(key string, n int) {
	m := pool.Get().(*map[string]int)
	(*m)[key] = n // want `sync-pool-no-reset: `
	pool.Put(m)
}

func keep(id int) {
	m := pool.Get().(*map[string]int)
	clear(*m)
	pool.Put(m)
	kept[id] = m // want `sync-pool-use-after-put: ` `map-unbounded-growth: `
}

// What the text shows as the remedy, with its missing parenthesis.
func remedy(n int) {
	m := *(pool.Get().(*map[string]int))
	for key := range m {
		delete(m, key)
	}
	m["req_id"] = n
	pool.Put(&m)
}
