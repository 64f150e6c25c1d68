package cases

/*
typedef struct variant variant;
static void build(void *v, char *kind) {}
*/
import "C"

import "unsafe"

type details struct {
	fields map[string]string
	next   *details
}

// A cast to a type of C hides from vet that the struct holds a map.
func variant(d *details, kind *C.char) {
	value := details{fields: map[string]string{"a": "b"}}
	C.build(unsafe.Pointer((*C.char)(unsafe.Pointer(&value))), kind) // want `cgo-go-pointer-to-c: `
}
