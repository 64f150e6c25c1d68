package buffer

/*
#include <stdlib.h>

static int encode(const unsigned char *src, int n, unsigned char *dst, int max) {
	int out = 0;
	for (int i = 0; i < n; i++) {
		if (out + 2 > max) return -1;
		dst[out++] = src[i];
		dst[out++] = 1;
	}
	return out;
}
void hand_over(void *p);
*/
import "C"

import (
	"errors"
	"unsafe"
)

var errLong = errors.New("longer than its input")

func encode(b []byte) ([]byte, error) {
	buf := (*C.uchar)(C.malloc(C.size_t(len(b))))
	n := C.encode((*C.uchar)(unsafe.Pointer(&b[0])), C.int(len(b)), buf, C.int(len(b)))
	if n < 0 {
		return nil, errLong // want `this return leaves before buf is freed`
	}
	out := C.GoBytes(unsafe.Pointer(buf), n)
	C.free(unsafe.Pointer(buf))
	return out, nil
}

func checked(b []byte) ([]byte, error) {
	buf := (*C.uchar)(C.calloc(1, C.size_t(len(b))))
	if buf == nil {
		return nil, errLong
	}
	defer C.free(unsafe.Pointer(buf))
	n := C.encode((*C.uchar)(unsafe.Pointer(&b[0])), C.int(len(b)), buf, C.int(len(b)))
	return C.GoBytes(unsafe.Pointer(buf), n), nil
}

// Who frees it is not said here.
func given(n int) unsafe.Pointer {
	p := C.malloc(C.size_t(n))
	C.hand_over(p)
	return p
}

func kept(n int) {
	p := C.malloc(C.size_t(n))
	C.hand_over(p)
}
