// Command workloads runs one real Go workload and prints what it measured as JSON lines; ../main.ts compares them with the simulator.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sort"
	"time"
)

// result is one variant of a workload: single values, or figures, or both.
type result struct {
	Workload string             `json:"workload"`
	Variant  string             `json:"variant"`
	Samples  []float64          `json:"samples,omitempty"`
	Figures  map[string]float64 `json:"figures,omitempty"`
	Version  string             `json:"go"`
}

const samplesMax = 4000

var workload string

// emit prints a variant; of many samples it keeps evenly spaced ones in order of time.
func emit(variant string, samples []float64, figures map[string]float64) {
	if n := len(samples); n > samplesMax {
		kept := make([]float64, samplesMax)
		for i := range kept {
			kept[i] = samples[i*n/samplesMax]
		}
		samples = kept
	}
	json.NewEncoder(os.Stdout).Encode(result{workload, variant, samples, figures, runtime.Version()})
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := append([]float64(nil), v...)
	sort.Float64s(s)
	return s[len(s)/2]
}

var epoch = time.Now()

func now() int64 { return int64(time.Since(epoch)) }

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: workloads NAME SECONDS")
		os.Exit(2)
	}
	workload = os.Args[1]
	seconds, err := time.ParseDuration(os.Args[2] + "s")
	run, ok := workloads[workload]
	if err != nil || !ok {
		fmt.Fprintln(os.Stderr, "unknown workload or duration")
		os.Exit(2)
	}
	run(seconds)
}

var workloads = map[string]func(time.Duration){
	"calibrate": calibrate,
	"w1":        slices, "w2": waiting, "w3": pingPong, "w4": wakeupSpinning, "w5": wakeupSyscall, "w6": shortSleep,
	"w7": timers, "w8": loopback, "w9": locked, "w10": stops, "w11": stability, "w12": quota, "w13": collector, "pacer": pacer,
}
