package basic

/*
typedef struct SSL SSL;
int SSL_read(SSL *s, void *buf, int n);
int SSL_pending(SSL *s);
void SSL_free(SSL *s);
*/
import "C"
import (
	"errors"
	"unsafe"
)

var errClosed = errors.New("closed")

type Conn struct{ ssl *C.SSL }

func (c *Conn) Close() error {
	C.SSL_free(c.ssl)
	return nil
}

func (c *Conn) Pending() int {
	return int(C.SSL_pending(c.ssl)) // want `Conn\.Pending passes c\.ssl to C also after Close`
}

func (c *Conn) Read(p []byte) int { return int(C.SSL_read(c.ssl, unsafe.Pointer(&p[0]), C.int(len(p)))) }

func (c *Conn) Checked() (int, error) {
	if c.ssl == nil {
		return 0, errClosed
	}
	return int(C.SSL_pending(c.ssl)), nil
}

// Near misses: asked elsewhere, no Close, not for callers.
type Safe struct{ ssl *C.SSL }

func (s *Safe) Close() { C.SSL_free(s.ssl); s.ssl = nil }
func (s *Safe) check() error {
	if s.ssl == nil {
		return errClosed
	}
	return nil
}
func (s *Safe) Pending() (int, error) {
	err := s.check()
	return int(C.SSL_pending(s.ssl)), err
}
func (s *Safe) pending() C.int { return C.SSL_pending(s.ssl) }

type Borrowed struct{ ssl *C.SSL }

func (b *Borrowed) Pending() int { return int(C.SSL_pending(b.ssl)) }
