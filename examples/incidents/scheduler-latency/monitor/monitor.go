// Package monitor watches the memory of the process for the dashboard.
package monitor

import (
	"encoding/json"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// Stats is what the dashboard shows.
type Stats struct {
	HeapAlloc  uint64
	Sys        uint64
	NumGC      uint32
	Goroutines int
}

// Monitor holds the latest Stats.
type Monitor struct{ latest atomic.Pointer[Stats] }

// Start begins to sample.
func Start(every time.Duration) *Monitor {
	m := &Monitor{}
	m.sample()
	go func() {
		for range time.Tick(every) {
			m.sample()
		}
	}()
	return m
}

func (m *Monitor) sample() {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	m.latest.Store(&Stats{HeapAlloc: memory.HeapAlloc, Sys: memory.Sys, NumGC: memory.NumGC, Goroutines: runtime.NumGoroutine()})
}

// Serve answers with the latest Stats.
func (m *Monitor) Serve(w http.ResponseWriter, _ *http.Request) {
	json.NewEncoder(w).Encode(m.latest.Load())
}
