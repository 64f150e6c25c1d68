package generic

// void set(void *p, int n);
import "C"

import "unsafe"

// A type parameter is no interface: what it stands for holds no pointer here.
func set[S ~[]E, E byte | float32 | int32](s S) {
	C.set(unsafe.Pointer(&s[0]), C.int(len(s)))
}

type logger struct {
	name C.int
	data any
}

func log(l *logger) {
	own := &logger{data: l.data}
	C.set(unsafe.Pointer(own), 1) // want `C\.set gets the address of logger\{data: l\.data\}, which holds the interface data`
}

func boxed(v any) {
	C.set(unsafe.Pointer(&v), 1) // want `C\.set gets the address of v, which holds an interface`
}
