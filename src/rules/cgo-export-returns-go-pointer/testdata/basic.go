package main

/*
#include <stdlib.h>
typedef struct item { int n; } item;
*/
import "C"

import (
	"errors"
	"runtime"
	"strconv"
	"unsafe"
)

type config struct{ n int }

var current = &config{}

//export GoName
func GoName(id C.int) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(int(id)) // want `GoName is called by C and returns a Go string`
}

//export GoData
func GoData() (data []byte, n C.int) {
	data = make([]byte, 4)
	return data, 4 // want `returns a Go slice, data`
}

//export GoConfig
func GoConfig() *config {
	c := &config{n: 1}
	return c // want `returns a Go pointer, c`
}

//export GoCheck
func GoCheck(id C.int) error {
	if id > 0 {
		return errors.New("too many") // want `returns a Go interface`
	}
	return nil
}

// Near misses: constants, C memory, nil, pinned, not exported, a closure's own return.

//export GoVersion
func GoVersion() string { return "1.0" }

//export GoText
func GoText() *C.char { return C.CString("x") }

//export GoItem
func GoItem() *config { return (*config)(C.malloc(8)) }

//export GoNothing
func GoNothing() map[string]int { return nil }

//export GoView
func GoView(p *byte, n C.int) []byte { return unsafe.Slice(p, n) }

//export GoPinned
func GoPinned() *config {
	var p runtime.Pinner
	c := &config{}
	p.Pin(c)
	return c
}

//export GoCount
func GoCount() C.int {
	name := func() string { return strconv.Itoa(2) }
	return C.int(len(name()))
}

func notExported() string { return strconv.Itoa(3) }

func main() { _, _ = current, notExported }

//export GoState
func GoState(id C.int) string {
	state := "idle"
	if id > 0 {
		state = "busy"
	}
	return state
}
