package basic

/*
#include <stdlib.h>
typedef struct cipher_ctx cipher_ctx;
cipher_ctx *ctx_new(void);
void ctx_free(cipher_ctx *c);
int ctx_init(cipher_ctx *c);
*/
import "C"

import (
	"errors"
	"unsafe"
)

type Cipher struct{ ctx *C.cipher_ctx }

var errInit = errors.New("init")

func text(s string) *C.char {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	return cs // want `cs is returned, and the deferred C\.free\(unsafe\.Pointer\(cs\)\) frees it first`
}

func bytes(n int) []byte {
	p := C.malloc(C.size_t(n))
	defer C.free(p)
	return unsafe.Slice((*byte)(p), n) // want `is returned, and the deferred C\.free\(p\) frees it first`
}

func literal() (*Cipher, error) {
	ctx := C.ctx_new()
	defer C.ctx_free(ctx)
	if C.ctx_init(ctx) != 1 {
		return nil, errInit
	}
	return &Cipher{ctx: ctx}, nil // want `&Cipher\{ctx: ctx\} is returned`
}

// The closure frees on success and swallows a panic without freeing.
func NewSecureCipher() (*Cipher, error) {
	ctx := C.ctx_new()
	if ctx == nil {
		return nil, errInit
	}
	c := &Cipher{ctx: ctx}
	defer func() {
		if c.ctx != nil && recover() == nil {
			C.ctx_free(c.ctx)
		}
	}()
	if C.ctx_init(c.ctx) != 1 {
		return nil, errInit
	}
	return c, nil // want `c is returned, and the deferred C\.ctx_free\(c\.ctx\) frees it first`
}

// Near misses: a copy, freed only on failure, disarmed, another value.
func copied(s string) string {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	return C.GoString(cs)
}

func onFailure() (c *Cipher, err error) {
	ctx := C.ctx_new()
	defer func() {
		if err != nil {
			C.ctx_free(ctx)
		}
	}()
	if C.ctx_init(ctx) != 1 {
		return nil, errInit
	}
	return &Cipher{ctx: ctx}, nil
}

func disarmed() *Cipher {
	c := &Cipher{ctx: C.ctx_new()}
	guard := c.ctx
	defer func() {
		if guard != nil {
			C.ctx_free(guard)
		}
	}()
	if C.ctx_init(c.ctx) != 1 {
		return nil
	}
	guard = nil
	return c
}

func address(s string) uintptr {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	return uintptr(unsafe.Pointer(cs))
}

func isSet(s string) bool {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	return cs != nil
}
