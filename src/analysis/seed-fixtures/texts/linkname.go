package texts

import "unsafe"

//go:linkname mapassign runtime.mapassign // want `linkname-runtime: `
func mapassign(t unsafe.Pointer, h unsafe.Pointer, key unsafe.Pointer) unsafe.Pointer
