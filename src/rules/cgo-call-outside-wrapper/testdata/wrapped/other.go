package tls

// #include <stdlib.h>
// typedef struct SSL SSL;
// int SSL_read(SSL *ssl, void *buf, int num);
import "C"
import "unsafe"

func beside(ssl *C.SSL, p unsafe.Pointer) {
	C.SSL_read(ssl, p, 1) // want `C\.SSL_read is called outside of wrap\.go`
	C.free(p)             // want `C\.free is called outside of wrap\.go`
	_ = C.GoString((*C.char)(p))
}
