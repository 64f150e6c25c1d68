package cases

/*
#include <stdlib.h>
typedef struct reference reference;
static int branch_name(const char **out, reference *r) { return 0; }
static int join(char **out, int n) { return 0; }
*/
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

type branch struct{ ref *C.reference }

// The argument of the deferred call is evaluated here, while it is nil.
func (b *branch) name() (string, error) {
	var name *C.char
	defer C.free(unsafe.Pointer(name)) // want `cgo-defer-free-nil: `

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if C.branch_name(&name, b.ref) < 0 {
		return "", errors.New("no name")
	}
	return C.GoString(name), nil
}

// As above, with a length.
func joined(n int) ([]byte, error) {
	var out *C.char
	defer C.free(unsafe.Pointer(out)) // want `cgo-defer-free-nil: `
	if C.join(&out, C.int(n)) != 0 {
		return nil, errors.New("join")
	}
	return C.GoBytes(unsafe.Pointer(out), C.int(n)), nil
}

// A closure reads the variable when it runs.
func late(n int) {
	var out *C.char
	defer func() { C.free(unsafe.Pointer(out)) }()
	C.join(&out, C.int(n))
}
