package basic

/*
#include <stdlib.h>
typedef struct GVariant GVariant;
void process(void *p);
void process_str(char *p);
void process_ints(int *p, int n);
typedef void *handle;
*/
import "C"

import (
	"runtime"
	"unsafe"
)

type variant struct {
	typ   string
	value map[string]any
}

type point struct{ x, y int32 }

type request struct {
	id   int
	body []byte
}

type mirror struct {
	next *mirror
	data unsafe.Pointer
	done func()
}

func maps(m map[string]int, ch chan int) {
	C.process(unsafe.Pointer(&m))           // want `C\.process gets the address of m, which holds a map`
	C.process_str((*C.char)(unsafe.Pointer(&m))) // want `C\.process_str gets the address of m, which holds a map`
	C.process(unsafe.Pointer(&ch))          // want `holds a channel`
}

func structs(v variant, r request) {
	C.process_str((*C.char)(unsafe.Pointer(&v))) // want `C\.process_str gets the address of v, which holds the map value`
	C.process(unsafe.Pointer(&r))                // want `holds the slice body`
	p := unsafe.Pointer(&r)
	C.process(p) // want `gets the address of r, which holds the slice body`
}

type session struct {
	state *variant
	last  *C.GVariant
}

func (r *request) send()          { C.process(unsafe.Pointer(r)) }         // want `C\.process gets the address of \*r, which holds the slice body`
func (s *session) send()          { C.process(unsafe.Pointer(s.state)) }   // want `gets the address of \*s\.state, which holds the map value`
func handed(v *variant, p *point) {
	C.process_str((*C.char)(unsafe.Pointer(v))) // want `gets the address of \*v, which holds the map value, as \*C.char`
	C.process(unsafe.Pointer(p))
}

func elements(names []string) {
	C.process(unsafe.Pointer(&names[0])) // want `gets the address of names\[0\], which holds a string`
}

// Near misses: no pointers inside; pointers that may be C's; pinned; nothing that C gets.
func plain(p point, xs []int32, buf []byte, m mirror) {
	C.process(unsafe.Pointer(&p))
	C.process_ints((*C.int)(unsafe.Pointer(&xs[0])), C.int(len(xs)))
	C.process_str((*C.char)(unsafe.Pointer(&buf[0])))
	C.process(unsafe.Pointer(&m))
	inC := (*request)(C.malloc(64))
	C.process(unsafe.Pointer(inC))
	var out *C.GVariant
	C.process(unsafe.Pointer(&out))
	for _, v := range map[string]int32{"a": 1} {
		C.process_ints((*C.int)(unsafe.Pointer(&v)), 1)
	}
}

func pinned(r request) {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(&r.body[0])
	C.process(unsafe.Pointer(&r))
}

func (r *request) pinned() {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(&r.body[0])
	C.process(unsafe.Pointer(r))
}

func (s *session) native() { C.process(unsafe.Pointer(s.last)) }

func strings(s string) {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	C.process_str(cs)
}
