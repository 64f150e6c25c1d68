package flow

// #include <openssl/ssl.h>
import "C"

import (
	"sync"
	"unsafe"
)

type conn struct {
	ssl *C.SSL
	mu  sync.Mutex
	ssl_mutex sync.Mutex
}

// Given back before the call, and held on one way only counts as held.
func (c *conn) tooLate(p []byte) C.int {
	c.ssl_mutex.Lock()
	n := C.int(len(p))
	c.ssl_mutex.Unlock()
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), n) // want `C\.SSL_read is called without ssl_mutex`
}

func (c *conn) calledLate(p []byte) int {
	c.ssl_mutex.Lock()
	c.ssl_mutex.Unlock()
	return int(c.readUnlocked(p))
}

func (c *conn) readUnlocked(p []byte) C.int {
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p))) // want `C\.SSL_read is called without ssl_mutex`
}

// Where it stops: held on the way here, by the function or around it.
func (c *conn) oneWay(p []byte, shared bool) C.int {
	if shared {
		c.ssl_mutex.Lock()
		defer c.ssl_mutex.Unlock()
	}
	return C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p)))
}

func (c *conn) loop(ps [][]byte) (n C.int) {
	for _, p := range ps {
		c.ssl_mutex.Lock()
		n += C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p)))
		c.ssl_mutex.Unlock()
	}
	return n
}
