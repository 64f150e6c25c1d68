// Package render draws graphs with libplot.
package render

/*
#cgo CFLAGS: -O1 -g
#include <stdlib.h>
#include "plot.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"unsafe"
)

const rounds = 600

type job struct {
	name   string
	text   string
	answer chan result
}

type result struct {
	svg []byte
	err error
}

// Pool draws on a fixed number of threads.
type Pool struct {
	folder string
	jobs   chan job
}

// NewPool starts the threads of a pool. libplot is not thread-safe: each worker keeps its own thread.
func NewPool(threads int, folder string) *Pool {
	p := &Pool{folder: folder, jobs: make(chan job)}
	for range threads {
		go p.work()
	}
	return p
}

// Draw returns the SVG of a graph.
func (p *Pool) Draw(name, text string) ([]byte, error) {
	answer := make(chan result, 1)
	p.jobs <- job{name, text, answer}
	r := <-answer
	return r.svg, r.err
}

func (p *Pool) work() {
	runtime.LockOSThread()
	for j := range p.jobs {
		svg, err := draw(j.name, j.text, filepath.Join(p.folder, j.name+".svg"))
		j.answer <- result{svg, err}
	}
}

func draw(name, text, path string) ([]byte, error) {
	source := C.CString(text)
	defer C.free(unsafe.Pointer(source))
	if C.plot_parse(source) != 0 {
		return nil, lastError()
	}
	if C.plot_layout(rounds) != 0 {
		return nil, lastError()
	}
	target := C.CString(path)
	defer C.free(unsafe.Pointer(target))
	if C.plot_write(target) != 0 {
		return nil, lastError()
	}
	defer os.Remove(path)
	svg, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("plot_write returned 0 but %w (last error of libplot: %w)", err, lastError())
	}
	return svg, nil
}

func lastError() error {
	return errors.New(C.GoString(C.plot_error()))
}
