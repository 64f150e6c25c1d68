package texts

/*
#include <stdlib.h>
typedef struct header { int count; } header;
static void use(int *v) {}
static void greet(const char *s) {}
static void keep(void *p) {}
*/
import "C"

import (
	"reflect"
	"unsafe"
)

// The range variables are copies: what is wrong is the width. &m[k] would not compile.
func values(prices map[string]int) {
	for name, price := range prices {
		C.use((*C.int)(unsafe.Pointer(&price))) // want `cgo-pointer-width-mismatch: .* makes a C pointer to 4 B of price`
		_ = name
	}
}

func local() {
	n := 7
	C.use((*C.int)(unsafe.Pointer(&n))) // want `cgo-pointer-width-mismatch: .* makes a C pointer to 4 B of n`
	fits := int32(7)
	C.use((*C.int)(unsafe.Pointer(&fits)))
}

func literal() {
	C.greet(C.CString("hello")) // want `cgo-cstring-leak: `
}

// The address of the variable of a map is a Go pointer to a Go pointer.
func wholeMap(m map[string]int) {
	C.keep(unsafe.Pointer(&m)) // want `cgo-go-pointer-to-c: `
}

type runtimeMap struct {
	count int
	flags uint8
	b     uint8
}

func asHeader(m map[string]int) int {
	return (*(**runtimeMap)(unsafe.Pointer(&m))).count // want `unsafe-struct-cast: `
}

// Sizes of headers: nothing to say.
func sizes(m map[int]int) (uintptr, uintptr) { return unsafe.Sizeof(m), reflect.TypeOf(m).Size() }

// A number made of a C pointer harms nothing by itself. Where the number goes is not followed, so the leak is not claimed.
func offset() byte {
	p := C.CString("hello")
	address := uintptr(unsafe.Pointer(p))
	return *(*byte)(unsafe.Pointer(address + 1))
}

// What the text advises: a copy for C, freed by who made it.
func safe(name string) {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	C.greet(c)
}

func export(encoded []byte) []byte {
	return unsafe.Slice(&encoded[0], len(encoded)) // want `cgo-empty-slice-address: `
}
