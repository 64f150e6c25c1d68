package basic

/*
#include <stdlib.h>
typedef struct buffer buffer;
int branch_name(char **out, void *ref);
int encode(void *in, void **buf, size_t *len);
buffer *buffer_get(void);
void buffer_free(buffer *b);
*/
import "C"

import (
	"errors"
	"unsafe"
)

func lent(ref unsafe.Pointer) (string, error) {
	var cname *C.char
	defer C.free(unsafe.Pointer(cname)) // want `C\.free\(unsafe\.Pointer\(cname\)\) is deferred while cname is nil`
	if C.branch_name(&cname, ref) < 0 {
		return "", errors.New("no name")
	}
	return C.GoString(cname), nil
}

func freePointer(p unsafe.Pointer) { C.free(p) }

func export(in unsafe.Pointer) []byte {
	var ptr unsafe.Pointer
	var n C.size_t
	defer freePointer(ptr) // want `freePointer\(ptr\) is deferred while ptr is nil`
	C.encode(in, &ptr, &n)
	return C.GoBytes(ptr, C.int(n))
}

func assignedLater() {
	b := (*C.buffer)(nil)
	defer C.buffer_free(b) // want `is deferred while b is nil`
	b = C.buffer_get()
	_ = b
}

// Near misses: set before, evaluated late, set in an earlier round of the loop, never set, not a pointer.
func early(ref unsafe.Pointer) string {
	var cname *C.char
	C.branch_name(&cname, ref)
	defer C.free(unsafe.Pointer(cname))
	return C.GoString(cname)
}

func closure(ref unsafe.Pointer) string {
	var cname *C.char
	defer func() { C.free(unsafe.Pointer(cname)) }()
	C.branch_name(&cname, ref)
	return C.GoString(cname)
}

func rounds(refs []unsafe.Pointer) {
	var cname *C.char
	for _, ref := range refs {
		defer C.free(unsafe.Pointer(cname))
		C.branch_name(&cname, ref)
	}
}

func conditional(ref unsafe.Pointer) {
	var prefix *C.char
	if ref != nil {
		prefix = C.CString("x")
	}
	defer C.free(unsafe.Pointer(prefix))
	C.branch_name(&prefix, ref)
}
