package basic

// #include <stdlib.h>
import "C"

import (
	"runtime"
	"syscall"
	"unsafe"
)

type pair struct{ a, b int }

var global pair

func back(p *pair) *int {
	u := uintptr(unsafe.Pointer(p)) // want `u holds the address of p as a number, and a pointer is made of it again`
	u += 8
	return (*int)(unsafe.Pointer(u))
}

func later(fd uintptr, buf []byte) {
	addr := uintptr(unsafe.Pointer(&buf[0])) // want `addr holds the address of &buf\[0\] as a number, and syscall\.Syscall gets it later`
	syscall.Syscall(syscall.SYS_WRITE, fd, addr, uintptr(len(buf)))
}

type device struct{ fd uintptr }

func (d device) ioctl(request, argument uintptr) {
	syscall.Syscall(syscall.SYS_IOCTL, d.fd, request, argument)
}

func (d device) size() (p pair) {
	d.ioctl(1, uintptr(unsafe.Pointer(&p))) // want `d\.ioctl gets the address of &p as a number`
	return p
}

// Near misses: one expression, the argument list itself, kept alive, C memory, numbers that stay numbers, marked functions.
func one(p *pair) *int {
	return (*int)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + 8))
}

func direct(fd uintptr, buf []byte) {
	syscall.Syscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
}

func alive(fd uintptr, p *pair) {
	addr := uintptr(unsafe.Pointer(p))
	syscall.Syscall(syscall.SYS_WRITE, fd, addr, 16)
	runtime.KeepAlive(p)
}

func fromC() byte {
	p := C.CString("hello")
	u := uintptr(unsafe.Pointer(p))
	return *(*byte)(unsafe.Pointer(u + 1))
}

// What lies in an array of C strings is memory of C.
func strings(x **C.char) string {
	p := uintptr(unsafe.Pointer(x))
	p += unsafe.Sizeof(x)
	return C.GoString(*(**C.char)(unsafe.Pointer(p)))
}

func numbers(p *pair, seen map[uintptr]bool) bool {
	u := uintptr(unsafe.Pointer(p))
	seen[u] = true
	log(uintptr(unsafe.Pointer(p)))
	g := uintptr(unsafe.Pointer(&global))
	_ = unsafe.Pointer(g)
	return u%8 == 0
}

func log(address uintptr) { println(address) }

//go:uintptrescapes
func marked(argument uintptr) { syscall.Syscall(syscall.SYS_IOCTL, 0, 0, argument) }

func callsMarked(p *pair) { marked(uintptr(unsafe.Pointer(p))) }

//go:nosplit
func noescape(p *pair) unsafe.Pointer {
	x := uintptr(unsafe.Pointer(p))
	return unsafe.Pointer(x ^ 0)
}
