package cases

/*
#include <stdlib.h>
static void window_new(const char *name) {}
static void window_close(const char *name) {}
*/
import "C"

import (
	"reflect"
	"runtime"
	"unsafe"
)

type window struct{ name string }

func NewWindow(name string) *window {
	runtime.LockOSThread() // want `lockosthread-cross-function: `
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	C.window_new(c)
	return &window{name}
}

func (w *window) Close() error {
	c := C.CString(w.name)
	defer C.free(unsafe.Pointer(c))
	C.window_close(c)
	runtime.UnlockOSThread()
	return nil
}

func rectangles(p unsafe.Pointer, n int) []int32 {
	header := reflect.SliceHeader{Data: uintptr(p), Len: n, Cap: n} // want `unsafe-slice-header: `
	return *(*[]int32)(unsafe.Pointer(&header))
}
