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
	"sync"
	"unsafe"
)

const rounds = 600

// Renderer draws graphs one after the other: the current graph and the last error of libplot belong to the process.
type Renderer struct {
	folder string
}

// plot guards libplot, for every Renderer of this process.
var plot sync.Mutex

// NewRenderer returns a renderer that writes its files into a folder.
func NewRenderer(folder string) *Renderer {
	return &Renderer{folder: folder}
}

// Draw returns the SVG of a graph.
func (r *Renderer) Draw(name, text string) ([]byte, error) {
	plot.Lock()
	defer plot.Unlock()
	return draw(text, filepath.Join(r.folder, name+".svg"))
}

func draw(text, path string) ([]byte, error) {
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
