package basic

import (
	"syscall"
	"unsafe"
)

func Write(fd int, b []byte) {
	syscall.Syscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b))) // want `unsafe\.Pointer\(&b\[0\]\) is taken, and nothing here asks whether b is empty`
}

func Words(b []byte) *uint64 {
	return (*uint64)(unsafe.Pointer(&b[0])) // want `is taken as a pointer to uint64, and nothing here asks how long b is`
}

func Many(b []byte) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(&b[0])), len(b)/8) // want `nothing here asks whether b is empty`
}

// Near misses: checked, used before, an array, another element, the caller's own.
func Checked(b []byte) *uint64 {
	if len(b) < 8 {
		return nil
	}
	return (*uint64)(unsafe.Pointer(&b[0]))
}

func Hint(b []byte) *uint64 {
	_ = b[7]
	return (*uint64)(unsafe.Pointer(&b[0]))
}

func Array(a *[8]byte, b []byte) {
	_ = unsafe.Pointer(&a[0])
	_ = unsafe.Pointer(&b[1])
	_ = &b[0]
}

func own(b []byte) unsafe.Pointer { return unsafe.Pointer(&b[0]) }
