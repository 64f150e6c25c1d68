// Command workloads runs one real Go workload and prints what it measured as JSON lines; ../main.ts compares them with the simulator.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"syscall"
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

// warming is set during the first second, of which nothing is kept.
var warming bool

// emit prints a variant; of many samples it keeps evenly spaced ones in order of time.
func emit(variant string, samples []float64, figures map[string]float64) {
	if warming {
		return
	}
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
	if !strings.HasPrefix(workload, "w13") && workload != "pacer" {
		debug.SetGCPercent(-1)
	}
	if workload != "calibrate" && workload != "pacer" {
		warming = true
		run(min(time.Second, seconds/2))
		warming = false
	}
	wall, own, busy, stolen := now(), ownCpu(), int64(0), int64(0)
	busy, stolen = machineCpu()
	run(seconds)
	b, s := machineCpu()
	emit("machine", nil, map[string]float64{
		"wall": float64(now() - wall), "own": float64(ownCpu() - own), "busy": float64(b - busy), "stolen": float64(s - stolen),
	})
}

// ownCpu is this process's CPU time in ns.
func ownCpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

// machineCpu is the time of all CPUs that was not idle, in ns, and what the hypervisor took; ticks of 10 ms.
func machineCpu() (busy, stolen int64) {
	text, _ := os.ReadFile("/proc/stat")
	var user, nice, system, idle, iowait, irq, softirq, steal int64
	fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal)
	return (user + nice + system + irq + softirq) * 1e7, steal * 1e7
}

var workloads = map[string]func(time.Duration){
	"calibrate": calibrate,
	"w1":        slices, "w2": waiting, "w3": pingPong, "w4": wakeupSpinning, "w5": wakeupSyscall, "w6": shortSleep,
	"w7": timers, "w8": loopback, "w9": locked, "w10": stops, "w11": stability, "w12": quota, "w13": collector, "pacer": pacer,
}
