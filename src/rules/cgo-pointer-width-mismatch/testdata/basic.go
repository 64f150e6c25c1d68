package basic

/*
#include <stddef.h>
#include <stdint.h>
void set_int(int *p);
void set_size(size_t *p);
void set_long(long *p);
void set_byte(char *p);
void set_bool(int *p);
void sum(int *p, size_t n);
*/
import "C"
import "unsafe"

type counter struct{ n int }

func mismatches(c *counter, xs []int) {
	var x int
	C.set_int((*C.int)(unsafe.Pointer(&x)))     // want `makes a C pointer to 4 B of x, a Go int of 8 B`
	C.set_int((*C.int)(unsafe.Pointer(&(c.n)))) // want `4 B of c\.n, a Go int of 8 B`
	C.sum((*C.int)(unsafe.Pointer(&xs[0])), C.size_t(len(xs))) // want `4 B of xs\[0\], a Go int of 8 B`
	var n uint32
	C.set_size((*C.size_t)(unsafe.Pointer(&n))) // want `8 B of n, a Go uint32 of 4 B`
	var ok bool
	C.set_bool((*C.int)(unsafe.Pointer(&ok))) // want `4 B of ok, a Go bool of 1 B`
}

// Near misses: the same width, a view of bytes, a buffer, a value conversion, another pointer.
func matches(buf []byte, p *int32, q unsafe.Pointer) {
	var i int32
	C.set_int((*C.int)(unsafe.Pointer(&i)))
	var u uint
	C.set_size((*C.size_t)(unsafe.Pointer(&u)))
	var l int
	C.set_long((*C.long)(unsafe.Pointer(&l)))
	var x int
	C.set_byte((*C.char)(unsafe.Pointer(&x)))
	C.set_int((*C.int)(unsafe.Pointer(&buf[0])))
	C.set_int((*C.int)(unsafe.Pointer(p)))
	C.set_int((*C.int)(q))
	y := C.int(x)
	C.set_int(&y)
}
