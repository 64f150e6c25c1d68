// E-01: the loop variables of a range over a map are copies; C may look at them until the call returns.
package counters

// void record(const int *value);
import "C"

import "unsafe"

func total(counts map[string]int32) {
	for _, v := range counts {
		C.record((*C.int)(unsafe.Pointer(&v)))
	}
}

func totalOfInts(counts map[string]int) {
	for _, v := range counts {
		C.record((*C.int)(unsafe.Pointer(&v))) // want `int`
	}
}
