package basic

import "unsafe"

//go:linkname mapassign runtime.mapassign // want `mapassign is linked to runtime\.mapassign, which is private to Go`
func mapassign(t, h, key unsafe.Pointer) unsafe.Pointer

//go:linkname ncpu runtime.ncpu // want `ncpu is linked to runtime\.ncpu`
var ncpu int32

//go:linkname poll internal/poll.runtime_isPollServerDescriptor // want `poll is linked to internal/poll\.runtime_isPollServerDescriptor`
func poll(fd uintptr) bool

// Near misses: given away, between packages of one's own, one name only.

//go:linkname given example.com/other.given
func given() {}

//go:linkname taken example.com/other.taken
func taken()

//go:linkname marked
func marked() {}
