// E-47: a string that shares the bytes of a slice keeps them alive; what is said (at level info) is about later writes.
package views

import "unsafe"

func view(b []byte) string {
	return *(*string)(unsafe.Pointer(&b)) // want `shares the bytes`
}

func viewOf(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}
