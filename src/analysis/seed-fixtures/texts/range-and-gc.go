package texts

import (
	"fmt"
	"log"
	"runtime"
	"strings"
)

// Ranging over a map keeps nothing alive that the function does not; the explicit collection is what costs.
func first(m map[int]string) {
	for key, value := range m {
		if key > 100 {
			break
		}
		_ = value
	}
	runtime.GC() // want `explicit-gc-call: `
}

// Deleting and inserting while ranging is legal.
func replace() map[string]int {
	m := map[string]int{"a": 1}
	for key := range m {
		delete(m, key)
		m["new"] = 2
	}
	return m
}

func caught(work func()) {
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(error); ok && strings.Contains(err.Error(), "concurrent map") { // want `recover-fatal-map-error: `
				fmt.Println(r)
			}
		}
	}()
	work()
}

type iterator struct {
	data []int
	id   int
}

// The function gets the object as an argument and captures nothing.
func newIterator(data []int, id int) *iterator {
	it := &iterator{data: data, id: id}
	runtime.SetFinalizer(it, func(i *iterator) { log.Println("collected", i.id) })
	return it
}

// Growing needs no warning about escaping locals.
func newIteratorValue() *iterator {
	it := iterator{id: 1}
	return &it
}
