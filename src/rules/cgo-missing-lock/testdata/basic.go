package basic

// #include <openssl/ssl.h>
import "C"

import (
	"sync"
	"unsafe"
)

type conn struct {
	ssl      *C.SSL
	sslMutex sync.Mutex
	other    sync.Mutex
}

func (c *conn) bare(p []byte) C.int {
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p))) // want `C\.SSL_read is called without ssl_mutex, which gotriage\.api\.yaml asks for`
}

func (c *conn) wrong(p []byte) C.int {
	c.other.Lock()
	defer c.other.Unlock()
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p))) // want `is called without ssl_mutex`
}

// Where it stops: the lock is held, here or by every caller of the package, or the gate takes it; and what the file does not name.
func (c *conn) held(p []byte) C.int {
	c.sslMutex.Lock()
	defer c.sslMutex.Unlock()
	C.SSL_get_error(c.ssl, 0)
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p)))
}

func (c *conn) readLocked(p []byte) C.int {
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p)))
}

func (c *conn) Read(p []byte) int {
	c.sslMutex.Lock()
	defer c.sslMutex.Unlock()
	return int(c.readLocked(p))
}

func (c *conn) gated(call func(string, func() error) error, p []byte) error {
	return call("SSL_read", func() error {
		C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p)))
		return nil
	})
}
