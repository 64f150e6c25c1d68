package layout

/*
#include <stdlib.h>
#include <graphviz/gvc.h>
static void draw(GVC_t *gvc, Agraph_t *g, char **out, unsigned *n) {
	gvLayout(gvc, g, "dot");
	gvRenderData(gvc, g, "svg", out, n);
	gvFreeLayout(gvc, g);
}
*/
import "C"

import (
	"net/http"
	"sync"
	"unsafe"
)

func render(w http.ResponseWriter, r *http.Request) {
	text := C.CString(r.FormValue("dot"))
	defer C.free(unsafe.Pointer(text))
	engine := C.CString("dot")
	defer C.free(unsafe.Pointer(engine))
	gvc := C.gvContext()
	defer C.gvFreeContext(gvc)
	g := C.agmemread(text) // want `C\.agmemread, C\.gvLayout and C\.gvFreeLayout work on state of the whole process, says the description of Graphviz, and may run in several goroutines at once`
	defer C.agclose(g)
	C.gvLayout(gvc, g, engine)
	C.gvFreeLayout(gvc, g)
}

func wrapped(w http.ResponseWriter, r *http.Request) {
	var out *C.char
	var n C.uint
	C.draw(nil, nil, &out, &n) // want `C\.draw works on state of the whole process, says the description of what it calls`
	C.gvFreeRenderData(out)
}

var mu sync.Mutex

// Where it stops: one lock around the whole.
func locked(w http.ResponseWriter, r *http.Request) {
	text := C.CString(r.FormValue("dot"))
	defer C.free(unsafe.Pointer(text))
	mu.Lock()
	defer mu.Unlock()
	C.agclose(C.agmemread(text))
}
