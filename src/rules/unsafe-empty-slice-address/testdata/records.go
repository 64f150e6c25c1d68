package records

// struct vertex { float x, y; };
// void draw(struct vertex *v, int n);
import "C"

import "unsafe"

type vertex struct{ x, y float32 }

// Declared to match what C has: a count goes with it.
func Draw(all []vertex) {
	p := (*C.struct_vertex)(unsafe.Pointer(&all[0])) // want `^unsafe\.Pointer\(&all\[0\]\) is taken, and nothing here asks whether all is empty`
	C.draw(p, C.int(len(all)))
}

func Text(b []byte) *C.char {
	return (*C.char)(unsafe.Pointer(&b[0])) // want `^unsafe\.Pointer\(&b\[0\]\) is taken, and nothing here asks whether b is empty`
}

func Head(b []byte) *C.struct_vertex {
	return (*C.struct_vertex)(unsafe.Pointer(&b[0])) // want `is taken as a pointer to C\.struct_vertex`
}

func Words(b []uint32) *uint32 {
	return (*uint32)(unsafe.Pointer(&b[0])) // want `^unsafe\.Pointer\(&b\[0\]\) is taken, and`
}
