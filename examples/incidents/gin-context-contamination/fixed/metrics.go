package main

import (
	"encoding/json"
	"net/http"
	"runtime/metrics"
	"strconv"
	"time"
)

// serveMetrics answers with one JSON line: the single values of runtime/metrics, now.
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
		}
	}
	json.NewEncoder(w).Encode(map[string]any{
		"timeUnixNs": strconv.FormatInt(time.Now().UnixNano(), 10),
		"metrics":    values,
	})
}
