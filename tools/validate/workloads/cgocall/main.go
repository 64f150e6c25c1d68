// Command cgocall measures a call into C that does nothing; it is apart because it needs a C compiler.
package main

// static void nothing(void) {}
import "C"

import (
	"encoding/json"
	"os"
	"runtime"
	"time"
)

func main() {
	samples := make([]float64, 300)
	for i := range samples {
		t := time.Now()
		for range 1000 {
			C.nothing()
		}
		samples[i] = float64(time.Since(t)) / 1000
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"workload": "calibrate", "variant": "cgoOpNs", "samples": samples, "go": runtime.Version()})
}
