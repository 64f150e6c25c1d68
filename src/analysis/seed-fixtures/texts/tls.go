package texts

/*
#cgo LDFLAGS: -lssl
#include <openssl/ssl.h>
*/
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

type conn struct {
	ssl *C.SSL
	bio *C.BIO
}

// Idempotent as each pointer is cleared. That SSL_free also frees the BIO is not known here.
func (c *conn) Close() error {
	if c.ssl != nil {
		C.SSL_shutdown(c.ssl)
		C.SSL_free(c.ssl)
		c.ssl = nil
	}
	if c.bio != nil {
		C.BIO_free_all(c.bio)
		c.bio = nil
	}
	return nil
}

func (c *conn) read(p unsafe.Pointer, n int) (int, error) {
	got := C.SSL_read(c.ssl, p, C.int(n))
	if got <= 0 {
		return 0, failure(int(C.SSL_get_error(c.ssl, got))) // want `cgo-errno-separate-call: `
	}
	return int(got), nil
}

// The same on one thread.
func (c *conn) readLocked(p unsafe.Pointer, n int) (int, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	got := C.SSL_read(c.ssl, p, C.int(n))
	if got <= 0 {
		return 0, failure(int(C.SSL_get_error(c.ssl, got)))
	}
	return int(got), nil
}

func failure(code int) error { return errors.New(string(rune('0' + code))) }

type cipher struct{ ctx *C.EVP_CIPHER_CTX }

func (c *cipher) Close() {
	if c.ctx != nil {
		C.EVP_CIPHER_CTX_free(c.ctx)
		c.ctx = nil
	}
}

func newCipher(key []byte) (*cipher, error) {
	ctx := C.EVP_CIPHER_CTX_new()
	if ctx == nil {
		return nil, errors.New("no cipher context")
	}
	c := &cipher{ctx: ctx}
	defer func() {
		if c.ctx != nil && recover() == nil {
			C.EVP_CIPHER_CTX_free(c.ctx)
			c.ctx = nil
		}
	}()
	if C.EVP_EncryptInit_ex(c.ctx, C.EVP_aes_256_gcm(), nil, nil, nil) != 1 {
		return nil, errors.New("cipher init failed")
	}
	return c, nil // want `cgo-free-of-returned: `
}
