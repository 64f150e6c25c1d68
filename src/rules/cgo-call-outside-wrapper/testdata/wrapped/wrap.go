package tls

// #include <stdlib.h>
// typedef struct SSL SSL;
// int SSL_read(SSL *ssl, void *buf, int num);
// void SSL_free(SSL *ssl);
import "C"
import "unsafe"

type conn struct{ ssl *C.SSL }

func (c conn) read(p unsafe.Pointer) C.int {
	return C.SSL_read(c.ssl, p, C.int(1))
}

func (c conn) close() {
	name := C.CString("tls")
	C.free(unsafe.Pointer(name))
	C.SSL_free(c.ssl) // want `C\.SSL_free is not listed in gotriage\.api\.yaml`
}
