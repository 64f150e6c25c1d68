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
			if h, used := finite(sample.Value.Float64Histogram()); used {
				values[sample.Name] = h
			}
		}
	}
	json.NewEncoder(w).Encode(map[string]any{
		"timeUnixNs": strconv.FormatInt(time.Now().UnixNano(), 10),
		"metrics":    values,
	})
}

// finite cuts infinite bounds, which JSON cannot hold, to the largest finite numbers.
func finite(h *metrics.Float64Histogram) (histogram, bool) {
	used := false
	for _, n := range h.Counts {
		used = used || n > 0
	}
	buckets := make([]float64, len(h.Buckets))
	for i, bound := range h.Buckets {
		buckets[i] = math.Max(-math.MaxFloat64, math.Min(math.MaxFloat64, bound))
	}
	return histogram{h.Counts, buckets}, used
}
