package tls

// #include <stdlib.h>
// int SSL_read(void *ssl, void *buf, int num);
import "C"
import "unsafe"

func beside(ssl, p unsafe.Pointer) {
	C.SSL_read(ssl, p, 1) // want `C\.SSL_read is called outside of wrap\.go`
	C.free(p)             // want `C\.free is called outside of wrap\.go`
	_ = C.GoString((*C.char)(p))
}
