package basic

import "unsafe"

type small struct{ a, b uint32 }
type large struct {
	small
	rest [24]byte
}

type hmap struct {
	count int
	flags uint8
}

func larger(s small, n uint32, arr [2]byte) {
	_ = (*large)(unsafe.Pointer(&s))     // want `large has 32 B and s, a example\.com/fixture\.small, has 8 B`
	_ = *(*small)(unsafe.Pointer(&n))    // want `small has 8 B and n, a uint32, has 4 B`
	_ = *(*[8]byte)(unsafe.Pointer(&n))  // want `\[8\]byte has 8 B and n, a uint32, has 4 B`
	_ = *(*uint32)(unsafe.Pointer(&arr)) // want `uint32 has 4 B and arr, a \[2\]byte, has 2 B`
}

func maps(m map[string]int) int {
	h := *(**hmap)(unsafe.Pointer(&m)) // want `reads the map m as a struct`
	k := (*hmap)(unsafe.Pointer(&m))   // want `reads the map m as a struct`
	return h.count + k.count
}

// Near misses: a prefix, the same size, a pointer that may point to more, fields, elements, a bound for slicing.
func fine(l large, p *small, b []byte, f float64, s small) {
	_ = (*small)(unsafe.Pointer(&l))
	_ = *(*uint64)(unsafe.Pointer(&f))
	_ = *(*uint64)(unsafe.Pointer(&s))
	_ = (*large)(unsafe.Pointer(p))
	_ = (*large)(unsafe.Pointer(&p.a))
	_ = (*large)(unsafe.Pointer(&b[0]))
	_ = (*[1 << 20]byte)(unsafe.Pointer(&s))[:8:8]
	view := (*[1 << 20]byte)(unsafe.Pointer(&s))
	_ = view[0]
}
