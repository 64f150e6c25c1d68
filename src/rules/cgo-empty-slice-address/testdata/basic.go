package basic

/*
#include <stddef.h>
unsigned checksum(const void *p, size_t n);
*/
import "C"
import "unsafe"

func Sum(b []byte) uint32 {
	return uint32(C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b)))) // want `C\.checksum gets the address of b\[0\], and nothing here asks whether b is empty`
}

func SumString(s string) {
	b := []byte(s)
	C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b))) // want `gets the address of b\[0\]`
}

func SumInts(xs []int) {
	ints := make([]C.int, len(xs))
	C.checksum(unsafe.Pointer(&ints[0]), C.size_t(len(xs))) // want `gets the address of ints\[0\]`
}

func Export(b []byte) []byte {
	return unsafe.Slice(&b[0], len(b)) // want `unsafe\.Slice\(&b\[0\], len\(b\)\) is b itself, and panics when it is empty`
}

// Near misses: checked, of known length, decided elsewhere.
func Checked(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	return uint32(C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b))))
}

func CheckedLength(b []byte) uint32 {
	n := len(b)
	if n == 0 {
		return 0
	}
	return uint32(C.checksum(unsafe.Pointer(&b[0]), C.size_t(n)))
}

func Nil(b []byte) uint32 {
	if b == nil {
		return 0
	}
	return uint32(C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b))))
}

func Validated(b []byte) error {
	if err := validate(b); err != nil {
		return err
	}
	C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b)))
	return nil
}

func validate(b []byte) error { return nil }

func Buffer(n int) {
	buf := make([]byte, 16)
	C.checksum(unsafe.Pointer(&buf[0]), 16)
	other := make([]byte, n)
	C.checksum(unsafe.Pointer(&other[0]), C.size_t(n))
}

func Terminated(s string) {
	b := append([]byte(s), 0)
	C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b)))
}

func internal(b []byte) { C.checksum(unsafe.Pointer(&b[0]), C.size_t(len(b))) }

func Prefix(b []byte) []byte { return unsafe.Slice(&b[0], len(b)-1) }
