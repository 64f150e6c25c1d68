package mappointer

import "sync"

var counts = sync.Pool{New: func() any { m := map[string]int{}; return &m }}

func count(words []string) int {
	m := counts.Get().(*map[string]int)
	for _, word := range words {
		(*m)[word]++
	}
	n := len(*m)
	for _, word := range words {
		(*m)[word] = n // want `m comes from a sync\.Pool, is filled here`
	}
	counts.Put(m)
	return n
}

// Emptied, replaced, or always the same key.
func cleared(word string) {
	m := counts.Get().(*map[string]int)
	clear(*m)
	(*m)[word] = 1
	counts.Put(m)
}

func replaced(word string) {
	m := counts.Get().(*map[string]int)
	*m = map[string]int{}
	(*m)[word] = 1
	counts.Put(m)
}

func fixed() {
	m := counts.Get().(*map[string]int)
	(*m)["n"] = 1
	counts.Put(m)
}
