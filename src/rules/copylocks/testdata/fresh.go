package fresh

import "sync"

type cache struct {
	mu sync.RWMutex
	m  map[string]int
}

func newCache() *cache { return &cache{m: map[string]int{}} }

// What a function has just made is not in use yet.
var shared = *newCache()

func copied() {
	c := newCache()
	d := *c // want `the assignment makes a copy`
	d.mu.Lock()
}
