package basic

/*
#include <stddef.h>
void log_text(const char *s);
void log_both(const char *s, void *user);
void log_bytes(const char *s, size_t n);
*/
import "C"
import "unsafe"

func bytes(s string, user unsafe.Pointer) {
	b := []byte(s)
	C.log_text((*C.char)(unsafe.Pointer(&b[0])))                     // want `C\.log_text gets the bytes of s without a length`
	C.log_both((*C.char)(unsafe.Pointer(unsafe.StringData(s))), user) // want `C\.log_both gets the bytes of s`
	C.log_text((*C.char)(unsafe.Pointer(unsafe.SliceData([]byte(s))))) // want `gets the bytes of s`
	C.log_text((*C.char)(unsafe.Pointer(unsafe.StringData("hello")))) // want `gets the bytes of "hello"`
}

// Near misses: a length, a NUL, a buffer that C fills, bytes of unknown content.
func fine(s string, in []byte, n C.size_t) {
	b := []byte(s)
	C.log_bytes((*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b)))
	C.log_bytes((*C.char)(unsafe.Pointer(unsafe.StringData(s))), n)
	z := []byte(s + "\x00")
	C.log_text((*C.char)(unsafe.Pointer(&z[0])))
	C.log_text((*C.char)(unsafe.Pointer(unsafe.StringData("hello\x00"))))
	const name = "name\000"
	C.log_text((*C.char)(unsafe.Pointer(unsafe.StringData(name))))
	buf := make([]byte, 64)
	C.log_text((*C.char)(unsafe.Pointer(&buf[0])))
	C.log_text((*C.char)(unsafe.Pointer(&in[0])))
	a := append([]byte(s), 0)
	C.log_text((*C.char)(unsafe.Pointer(&a[0])))
	t := terminated(s)
	C.log_text((*C.char)(unsafe.Pointer(unsafe.StringData(t))))
	C.log_text(C.CString(s))
}

func terminated(s string) string { return s + "\x00" }
