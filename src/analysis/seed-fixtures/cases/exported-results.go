package cases

// #include <stdlib.h>
import "C"

import "unsafe"

//export parse
func parse(path *C.char) *C.char {
	result := C.CString(C.GoString(path))
	defer C.free(unsafe.Pointer(result))
	return result // want `cgo-free-of-returned: `
}

//export parseBytes
func parseBytes(path *C.char) []byte {
	return []byte(C.GoString(path)) // want `cgo-export-returns-go-pointer: `
}

// What C gets to keep: not a leak.
//
//export describe
func describe() *C.char { return C.CString("description") }
