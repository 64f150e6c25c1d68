package basic

/*
typedef struct SSL SSL;
int SSL_read(SSL *s, void *buf, int n);
int SSL_get_error(SSL *s, int ret);
unsigned long ERR_get_error(void);
int disk_open(void);
int get_errno(void);
int mysql_query(void *conn);
int mysql_errno(void *conn);
const void *git_error_last(void);
*/
import "C"

import (
	"runtime"
	"unsafe"
)

func read(s *C.SSL, buf unsafe.Pointer) int {
	n := C.SSL_read(s, buf, 10)
	if n <= 0 {
		return int(C.SSL_get_error(s, n)) // want `C\.SSL_get_error asks for the error of C\.SSL_read, perhaps on another thread`
	}
	return int(n)
}

func open() int {
	if fd := C.disk_open(); fd < 0 {
		return -int(C.get_errno()) // want `C\.get_errno asks for the errno of C\.disk_open`
	}
	return 0
}

// Near misses: locked here or by a caller, one call, the error of a handle, nothing called before.
func lockedRead(s *C.SSL, buf unsafe.Pointer) C.int {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	n := C.SSL_read(s, buf, 10)
	return C.SSL_get_error(s, n)
}

func caller(s *C.SSL, buf unsafe.Pointer) C.int {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return helper(s, buf)
}

func helper(s *C.SSL, buf unsafe.Pointer) C.int {
	n := C.SSL_read(s, buf, 10)
	return C.SSL_get_error(s, n)
}

func twoResults() error {
	_, err := C.disk_open()
	return err
}

func query(conn unsafe.Pointer) C.int {
	C.mysql_query(conn)
	return C.mysql_errno(conn)
}

func lastError() unsafe.Pointer { return C.git_error_last() }
