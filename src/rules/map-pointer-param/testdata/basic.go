package basic

import (
	"encoding/json"
	"sync"
)

type settings map[string]string

func set(m *map[string]int, k string) { // want `m points to a map that the function never replaces`
	(*m)[k] = 1
}

func count(s *settings) int { // want `s points to a map`
	if s == nil {
		return 0
	}
	tmp := *s
	tmp["x"] = "42"
	return len(*s)
}

func calls() {
	m := map[string]int{}
	set(&m, "a") // want `&m is passed as a pointer to a map that set never replaces`
	p := &m
	_ = p
}

// Where it stops: decoding, replacing, passing on, a sync.Map, a named type's own method.
func replace(m *map[string]int) { *m = map[string]int{} }

func decode(b []byte) (map[string]int, error) {
	var m map[string]int
	err := json.Unmarshal(b, &m)
	replace(&m)
	return m, err
}

func pass(m *map[string]int) { replace(m) }

func store(sm *sync.Map) { sm.Store("a", 1) }

func keep() { var sm sync.Map; store(&sm) }

func (s *settings) Set(v string) error {
	(*s)[v] = v
	return nil
}
