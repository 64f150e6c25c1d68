package watch

// #include <stdlib.h>
// #include "watch.h"
import "C"

import (
	"runtime"
	"unsafe"
)

type listener struct {
	limit  int32
	names  map[string]int
	pinner runtime.Pinner
}

func add(w *C.struct_watch, names map[string]int) {
	l := &listener{names: names}
	C.watch_add(w, unsafe.Pointer(l)) // want `C.watch_add keeps the pointer to listener\{names: names\} that it gets: push stores it`
}

func set(w *C.struct_watch) {
	var options C.watch_options
	C.watch_set(w, &options) // want `C.watch_set keeps the pointer to options that it gets: watch_set stores it`
}

func (l *listener) start(w *C.struct_watch) {
	C.watch_set(w, (*C.watch_options)(unsafe.Pointer(l))) // want `keeps the pointer to l that it gets`
}

func pinned(w *C.struct_watch, l *listener) {
	l.pinner.Pin(l)
	C.watch_set(w, (*C.watch_options)(unsafe.Pointer(l)))
}

func ofC(w *C.struct_watch) {
	options := (*C.watch_options)(C.malloc(8))
	C.watch_set(w, options)
	C.watch_name(C.CString("x"))
}

func duringTheCall(w *C.struct_watch) {
	var options C.watch_options
	C.watch_count(w, &options)
	name := [4]byte{}
	C.watch_copy((*C.char)(unsafe.Pointer(&name)), 4)
}

var forAll C.watch_options

func givenBack(w *C.struct_watch) {
	var options C.watch_options
	C.watch_run(w, &options)
	C.watch_once(&options)
	var own C.struct_watch
	C.watch_set(&own, &options)
	C.watch_set(w, &forAll)
}

func handed(w *C.struct_watch) {
	var options C.watch_options
	C.watch_hand(w, &options) // want `C.watch_hand keeps the pointer to options that it gets: watch_set stores it`
}
