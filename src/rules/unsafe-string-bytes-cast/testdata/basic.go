package basic

import "unsafe"

type raw []byte

func toBytes(s string) []byte {
	b := *(*[]byte)(unsafe.Pointer(&s)) // want `\*\(\*\[\]byte\)\(unsafe\.Pointer\(&s\)\) reads the string s as a slice`
	return b
}

func toRaw(s string) raw {
	return *(*raw)(unsafe.Pointer(&s)) // want `reads the string s as a slice`
}

func badStringView(b []byte) string {
	return *(*string)(unsafe.Pointer(&b)) // want `returns a string that shares the bytes of the caller's b`
}

func written(buf []byte, seen map[string]bool) {
	for i := range buf {
		key := *(*string)(unsafe.Pointer(&buf))
		seen[key] = true
		buf[i] = 0 // want `buf is written after .* made a string of its bytes`
	}
}

func refilled(src []byte) string {
	tmp := make([]byte, len(src))
	s := *(*string)(unsafe.Pointer(&tmp))
	copy(tmp, src) // want `tmp is written after`
	return s
}

// Near misses: written before, read only, other types, the functions of package unsafe.
func before(src []byte) string {
	tmp := make([]byte, len(src))
	copy(tmp, src)
	s := *(*string)(unsafe.Pointer(&tmp))
	return s
}

func other(s string, p *string, runes []rune) {
	_ = *(*[2]uintptr)(unsafe.Pointer(&s))
	_ = *(*[]byte)(unsafe.Pointer(p))
	_ = *(*string)(unsafe.Pointer(&runes))
	_ = unsafe.Slice(unsafe.StringData(s), len(s))
}

// The string is gone when the buffer is written: looked up, compared, or in the other branch.
func lookedUp(buf []byte, seen map[string]int) int {
	n := seen[*(*string)(unsafe.Pointer(&buf))]
	key := *(*string)(unsafe.Pointer(&buf))
	if _, ok := seen[key]; ok {
		n++
	}
	buf[0] = 0
	return n
}

func branches(buf []byte, text bool) (s string) {
	if text {
		s = *(*string)(unsafe.Pointer(&buf))
	} else {
		buf[0] = 0
	}
	return s
}
