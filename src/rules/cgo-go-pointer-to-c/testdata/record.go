package record

/*
#include <stdlib.h>
typedef struct { int n; unsigned char *bytes; } view;
int look(const view *v);
*/
import "C"

import (
	"runtime"
	"unsafe"
)

func whole(b []byte) C.int {
	var v C.view
	v.n = C.int(len(b))
	v.bytes = (*C.uchar)(&b[0])
	return C.look(&v) // want `C\.look gets the address of v, whose bytes was set to the address of Go memory`
}

func chosen(a, b []byte, first bool) C.int {
	var v C.view
	p := &a[0]
	if !first {
		p = &b[0]
	}
	v.bytes = (*C.uchar)(unsafe.Pointer(p))
	return C.look(&v) // want `whose bytes was set to the address of Go memory`
}

// Where it stops: memory of C's, pinned, taken back, nothing set, a slice over C memory.
func copied(b []byte) C.int {
	var v C.view
	p := C.CBytes(b)
	defer C.free(p)
	v.bytes = (*C.uchar)(p)
	return C.look(&v)
}

func pinned(b []byte) C.int {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(&b[0])
	var v C.view
	v.bytes = (*C.uchar)(&b[0])
	return C.look(&v)
}

func cleared(b []byte) C.int {
	var v C.view
	v.bytes = (*C.uchar)(&b[0])
	v.bytes = nil
	return C.look(&v)
}

func plain(n int) C.int {
	var v C.view
	v.n = C.int(n)
	return C.look(&v)
}

func view(p *C.uchar, n int) C.int {
	s := unsafe.Slice((*byte)(unsafe.Pointer(p)), n)
	var v C.view
	v.bytes = (*C.uchar)(&s[0])
	return C.look(&v)
}
