package basic

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <graph.h>

static char *kept;
static void say(const char *s) { puts(s); }
static void keep(char *s) { kept = s; }
static void forward(char *s) { other(s); }
static void show(char *s);
int lookup(const char *name);
*/
import "C"

import "unsafe"

type graph struct {
	g    *C.graph_t
	name *C.char
}

var version = C.CString("1.0")

func nested(names []string) {
	C.say(C.CString("hello")) // want `the result of C\.CString is passed to C\.say and nothing can free it afterwards`
	C.graph_open((*C.char)(unsafe.Pointer(C.CString("g"))), 1) // want `passed to C\.graph_open`
	for _, name := range names {
		C.lookup(C.CString(name)) // want `passed to C\.lookup`
	}
	_ = C.graph_attr(unsafe.Pointer(C.CBytes([]byte("a")))) // want `the result of C\.CBytes is passed to C\.graph_attr`
}

func never(name string) C.int {
	cname := C.CString(name) // want `cname gets memory from C\.CString and is only passed to C functions that do not free it`
	return C.lookup(cname)
}

func early(name string) int {
	cname := C.CString(name)
	if C.lookup(cname) < 0 {
		return -1 // want `this return leaves before cname is freed`
	}
	C.free(unsafe.Pointer(cname))
	return 0
}

// Near misses: freed, kept or taken over by C, handed on, stored, returned, freed on each path.
func freed(name string) C.int {
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	return C.lookup(cname)
}

func closure(name string) C.int {
	cname := C.CString(name)
	defer func() { C.free(unsafe.Pointer(cname)) }()
	return C.lookup(cname)
}

func takenOver(name string) {
	C.keep(C.CString(name))
	C.forward(C.CString(name))
	C.show(C.CString(name))
	C.string_new_take(C.CString(name))
	C.free(unsafe.Pointer(C.CString(name)))
	cname := C.CString(name)
	C.keep(cname)
}

func release(p *C.char) { C.free(unsafe.Pointer(p)) }

func handedOn(name string) {
	cname := C.CString(name)
	C.say(cname)
	release(cname)
	release(C.CString(name))
}

func stored(name string) *graph {
	g := &graph{name: C.CString(name)}
	cname := C.CString(name)
	g.name = cname
	return g
}

func returned(name string) *C.char {
	cname := C.CString(name)
	C.say(cname)
	return cname
}

func eachPath(name string) int {
	cname := C.CString(name)
	if C.lookup(cname) < 0 {
		C.free(unsafe.Pointer(cname))
		return -1
	}
	C.free(unsafe.Pointer(cname))
	return 0
}
