package basic

import "sync"

var pool = sync.Pool{New: func() any { return make(map[string]string) }}

func dirty(keys []string) int {
	m := pool.Get().(map[string]string)
	for _, key := range keys {
		m[key] = "seen" // want `m comes from a sync\.Pool, is filled here and put back without being emptied`
	}
	n := len(m)
	pool.Put(m)
	return n
}

// Near misses: emptied after Get, before Put, or by hand; fixed keys that are always overwritten; handed to someone who may empty it.
func cleared(keys []string) {
	m := pool.Get().(map[string]string)
	clear(m)
	for _, key := range keys {
		m[key] = "seen"
	}
	pool.Put(m)
}

func deferred(keys []string) {
	m := pool.Get().(map[string]string)
	defer func() {
		for key := range m {
			delete(m, key)
		}
		pool.Put(m)
	}()
	for _, key := range keys {
		m[key] = "seen"
	}
}

func fixedKeys(user string) string {
	m := pool.Get().(map[string]string)
	m["user"] = user
	text := m["user"]
	pool.Put(m)
	return text
}

func handedOn(keys []string, use func(map[string]string)) {
	m := pool.Get().(map[string]string)
	for _, key := range keys {
		m[key] = "seen"
	}
	use(m)
	pool.Put(m)
}
