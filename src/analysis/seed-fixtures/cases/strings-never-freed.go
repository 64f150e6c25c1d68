package cases

/*
#include <stdlib.h>
#include <graphviz/cgraph.h>
extern int lookup(Agraph_t *g, const char *name);
static void set_title(char *title) { (void)title; free(title); }
*/
import "C"

import "unsafe"

type graph struct{ g *C.Agraph_t }

// A wrapper that makes a C string in the argument.
func (g *graph) node(name string) *C.Agnode_t {
	return C.agnode(g.g, C.CString(name), 1) // want `cgo-cstring-leak: `
}

func (g *graph) find(name string) int {
	c := C.CString(name) // want `cgo-cstring-leak: `
	return int(C.lookup(g.g, c))
}

// Not a leak: freed, or the C function of the preamble frees it.
func (g *graph) freed(name string) int {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	return int(C.lookup(g.g, c))
}

func title(text string) { C.set_title(C.CString(text)) }
