package texts

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// The write through the copied header reaches the caller's map: only the pointer is needless.
func badUpdate(m *map[string]int) { // want `map-pointer-param: `
	tmp := *m
	tmp["x"] = 42
}

func update() {
	data := make(map[string]int)
	badUpdate(&data) // want `map-pointer-param: `
	fmt.Println(data)
}

func boxed() *map[string]any {
	m := make(map[string]any)
	m["id"] = 42
	m["name"] = "alice"
	return &m
}

func growth() {
	debug.SetGCPercent(10) // want `gc-percent-extreme: `
	m := make(map[int]*int)
	for i := range 1_000_000 {
		v := new(int)
		*v = i
		m[i] = v
	}
	runtime.GC() // want `explicit-gc-call: `
}

// Since Go 1.23 the collector frees a ticker nobody refers to; this loop ends with the program.
func load(handle func(int64)) {
	ticker := time.NewTicker(100 * time.Millisecond)
	for now := range ticker.C {
		handle(now.UnixNano())
	}
}

// The memory statistics once: no matter.
func once() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func always(note func(uint64)) {
	for range time.Tick(time.Second) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m) // want `readmemstats-hot-path: `
		note(m.HeapAlloc)
	}
}

func adjust(stats *runtime.MemStats) {
	active := float64(stats.Alloc) / float64(stats.TotalAlloc)
	if active > 0.35 {
		debug.SetGCPercent(50)
	} else if active < 0.15 {
		debug.SetGCPercent(150)
	}
}
