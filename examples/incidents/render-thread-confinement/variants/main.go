// Variants draws the same graphs in four ways of calling libplot and prints one JSON line for each: how many went wrong, and how.
package main

/*
#cgo CFLAGS: -O1 -g -I${SRCDIR}/../render
#include <stdlib.h>
#include "../render/plot.c"
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

type tally struct {
	Experiment string  `json:"experiment"`
	Variant    string  `json:"variant"`
	Goroutines int     `json:"goroutines"`
	Attempts   int64   `json:"attempts"`
	Failures   int64   `json:"failures"`
	Errors     int64   `json:"errors"`
	NoFile     int64   `json:"exit0WithoutFile"`
	OtherChart int64   `json:"chartOfAnother"`
	Rate       float64 `json:"failureRate"`
	Seconds    float64 `json:"seconds"`
}

func main() {
	count := flag.Int("n", 2000, "charts for each variant")
	goroutines := flag.Int("goroutines", 8, "goroutines that draw")
	flag.Parse()
	folder, err := os.MkdirTemp("", "variants")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)

	var mu sync.Mutex
	owner := make(chan func())
	go func() {
		for job := range owner {
			job()
		}
	}()
	variants := []struct {
		name string
		with func(draw func())
	}{
		{"unlocked", func(draw func()) { draw() }},
		{"LockOSThread per call", func(draw func()) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			draw()
		}},
		{"mutex", func(draw func()) {
			mu.Lock()
			defer mu.Unlock()
			draw()
		}},
		{"one owner goroutine", func(draw func()) {
			done := make(chan struct{})
			owner <- func() { draw(); close(done) }
			<-done
		}},
	}
	for _, v := range variants {
		json.NewEncoder(os.Stdout).Encode(run(v.name, v.with, *count, *goroutines, folder))
	}
}

func run(name string, with func(func()), count, goroutines int, folder string) tally {
	t := tally{Experiment: "libplot from many goroutines", Variant: name, Goroutines: goroutines}
	var failed, noFile, other, next atomic.Int64
	began := time.Now()
	var workers sync.WaitGroup
	for range goroutines {
		workers.Go(func() {
			for n := next.Add(1); n <= int64(count); n = next.Add(1) {
				chart := fmt.Sprintf("c%d", n)
				path := filepath.Join(folder, chart+".svg")
				var ok bool
				with(func() { ok = draw(graph(chart, 60), path) })
				svg, err := os.ReadFile(path)
				switch {
				case !ok:
					failed.Add(1)
				case err != nil:
					noFile.Add(1)
				case !bytes.Contains(svg, []byte("<title>"+chart+"</title>")):
					other.Add(1)
				}
				os.Remove(path)
			}
		})
	}
	workers.Wait()
	t.Seconds = time.Since(began).Seconds()
	t.Attempts = int64(count)
	t.Errors, t.NoFile, t.OtherChart = failed.Load(), noFile.Load(), other.Load()
	t.Failures = t.Errors + t.NoFile + t.OtherChart
	t.Rate = float64(t.Failures) / float64(t.Attempts)
	return t
}

func draw(text, path string) bool {
	source, target := C.CString(text), C.CString(path)
	defer C.free(unsafe.Pointer(source))
	defer C.free(unsafe.Pointer(target))
	return C.plot_parse(source) == 0 && C.plot_layout(12) == 0 && C.plot_write(target) == 0
}

func graph(name string, nodes int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "graph %s font Helvetica {\n", name)
	for n := 1; n < nodes; n++ {
		fmt.Fprintf(&text, "  %s-n%d > %s-n%d;\n", name, n/2, name, n)
	}
	text.WriteString("}\n")
	return text.String()
}
