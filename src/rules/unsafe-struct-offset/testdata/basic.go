package basic

import (
	"sync"
	"unsafe"
)

type conn struct {
	fd    int32
	state int64
}

func offsets(c *conn, mu sync.Mutex) {
	_ = (*int64)(unsafe.Pointer(uintptr(unsafe.Pointer(c)) + 8)) // want `reaches state of example\.com/fixture\.conn by the number 8`
	_ = unsafe.Add(unsafe.Pointer(c), 0x8)                       // want `reaches state of example\.com/fixture\.conn by the number 0x8`
	_ = unsafe.Add(unsafe.Pointer(c), 4)                         // want `adds 4 B to a example\.com/fixture\.conn, and no field of it starts there on linux/amd64`
	_ = unsafe.Pointer(uintptr(unsafe.Pointer(&mu)) + 4)         // want `to a sync\.Mutex`
}

// Near misses: Offsetof, arrays and elements, a variable, the start.
func fine(c *conn, a *[4]int64, s []conn, n int) {
	_ = unsafe.Add(unsafe.Pointer(c), unsafe.Offsetof(c.state))
	_ = unsafe.Add(unsafe.Pointer(a), 8)
	_ = unsafe.Add(unsafe.Pointer(&s[0]), 16)
	_ = unsafe.Add(unsafe.Pointer(c), n)
	_ = unsafe.Add(unsafe.Pointer(c), 0)
}
