package flow

/*
#include <stdlib.h>
int lookup(const char *name);
static int measure(const char *s) { return s[0]; }
*/
import "C"

import (
	"os"
	"unsafe"
)

func beforeDefer(name string, ok bool) C.int {
	cname := C.CString(name)
	if !ok {
		return -1 // want `this return leaves before cname is freed`
	}
	defer C.free(unsafe.Pointer(cname))
	return C.lookup(cname)
}

func nested(name string, n int) C.int {
	cname := C.CString(name)
	for i := range n {
		if i == 3 {
			return C.measure(cname) // want `this return leaves before cname is freed`
		}
	}
	C.free(unsafe.Pointer(cname))
	return 0
}

func jump(name string) C.int {
	cname := C.CString(name)
	if C.measure(cname) > 3 {
		goto failed
	}
	C.free(unsafe.Pointer(cname))
	return 0
failed:
	return -1
}

// Where it stops: a helper frees it, the process ends, every branch frees, a goto leads to the free, an alias.
func drop(p *C.char) { C.free(unsafe.Pointer(p)) }

func helped(name string, ok bool) C.int {
	cname := C.CString(name)
	defer drop(cname)
	if !ok {
		return -1
	}
	return C.measure(cname)
}

func quit() { os.Exit(2) }

func ends(name string, ok bool) C.int {
	cname := C.CString(name)
	if !ok {
		quit()
		return -1
	}
	n := C.measure(cname)
	C.free(unsafe.Pointer(cname))
	return n
}

func cleanup(name string) C.int {
	cname := C.CString(name)
	n := C.measure(cname)
	if n < 0 {
		goto out
	}
	n++
out:
	C.free(unsafe.Pointer(cname))
	return n
}

func alias(name string, ok bool) C.int {
	cname := C.CString(name)
	p := unsafe.Pointer(cname)
	defer C.free(p)
	if !ok {
		return -1
	}
	return C.measure(cname)
}
