// Package monitor watches the memory of the process for the dashboard.
package monitor

import (
	"encoding/json"
	"net/http"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// Stats is what the dashboard shows.
type Stats struct {
	HeapAlloc  uint64
	Sys        uint64
	NumGC      uint64
	Goroutines uint64
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
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sched/goroutines:goroutines"},
	}
	metrics.Read(samples) // does not stop the world
	m.latest.Store(&Stats{samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64(), samples[3].Value.Uint64()})
}

// Serve answers with the latest Stats.
func (m *Monitor) Serve(w http.ResponseWriter, _ *http.Request) {
	json.NewEncoder(w).Encode(m.latest.Load())
}
