package basic

// struct list { int *items; int n; };
// struct list *all(void);
import "C"

import (
	"reflect"
	"unsafe"
)

func items(own []byte) ([]C.int, []byte) {
	list := C.all()
	h := reflect.SliceHeader{Data: uintptr(unsafe.Pointer(list.items)), Len: int(list.n), Cap: int(list.n)} // want `a reflect\.SliceHeader is made here`
	g := reflect.SliceHeader{Data: uintptr(unsafe.Pointer(&own[0])), Len: 1, Cap: 1}                        // want `a reflect\.SliceHeader is made here`
	return *(*[]C.int)(unsafe.Pointer(&h)), *(*[]byte)(unsafe.Pointer(&g))
}
