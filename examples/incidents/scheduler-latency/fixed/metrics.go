package main

import (
	"encoding/json"
	"math"
	"net/http"
	"runtime/metrics"
	"strconv"
	"time"
)

type histogram struct {
	Counts  []uint64  `json:"counts"`
	Buckets []float64 `json:"buckets"`
}

// serveMetrics answers with one JSON line: every metric of runtime/metrics, now.
func serveMetrics(w http.ResponseWriter, _ *http.Request) {
	all := metrics.All()
	samples := make([]metrics.Sample, len(all))
	for i := range all {
		samples[i].Name = all[i].Name
	}
	metrics.Read(samples)
	values := make(map[string]any, len(samples))
	for _, sample := range samples {
		switch sample.Value.Kind() {
		case metrics.KindUint64:
			values[sample.Name] = sample.Value.Uint64()
		case metrics.KindFloat64:
			values[sample.Name] = sample.Value.Float64()
		case metrics.KindFloat64Histogram:
			if h, used := cut(sample.Value.Float64Histogram()); used {
				values[sample.Name] = h
			}
		}
	}
	json.NewEncoder(w).Encode(map[string]any{
		"timeUnixNs": strconv.FormatInt(time.Now().UnixNano(), 10),
		"metrics":    values,
	})
}

// cut keeps the buckets from the first to the last that holds something, with finite bounds, as JSON has no infinity.
func cut(h *metrics.Float64Histogram) (histogram, bool) {
	first, last := -1, -1
	for i, n := range h.Counts {
		if n > 0 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return histogram{}, false
	}
	bounds := make([]float64, 0, last-first+2)
	for _, bound := range h.Buckets[first : last+2] {
		bounds = append(bounds, math.Max(-math.MaxFloat64, math.Min(math.MaxFloat64, bound)))
	}
	return histogram{h.Counts[first : last+1], bounds}, true
}
