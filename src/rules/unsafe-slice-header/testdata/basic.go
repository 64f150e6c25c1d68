package basic

import (
	"reflect"
	"unsafe"
)

func made(p unsafe.Pointer, n int) ([]byte, string) {
	h := &reflect.SliceHeader{Data: uintptr(p), Len: n, Cap: n} // want `a reflect\.SliceHeader is made here as a plain struct`
	var s reflect.StringHeader                                  // want `a reflect\.StringHeader is made here as a plain struct`
	s.Data, s.Len = uintptr(p), n
	t := new(reflect.SliceHeader) // want `a reflect\.SliceHeader is made here`
	_ = t
	return *(*[]byte)(unsafe.Pointer(h)), *(*string)(unsafe.Pointer(&s))
}

// Near misses: headers of real slices and strings, a pointer to a header, own types.
type SliceHeader struct{ Data, Len int }

func views(b []byte, s string) {
	h := (*reflect.SliceHeader)(unsafe.Pointer(&b))
	h.Len = 0
	var v *reflect.StringHeader
	v = (*reflect.StringHeader)(unsafe.Pointer(&s))
	_ = v.Data
	_ = SliceHeader{Data: 1}
	copied := *h
	_ = copied
}

func sample() int { return int(reflect.TypeOf(reflect.SliceHeader{}).Size()) }
