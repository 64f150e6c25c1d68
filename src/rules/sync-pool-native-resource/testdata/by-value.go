package basic

// typedef struct { int isNull; char *bytes; } data;
// typedef struct ctx ctx;
// ctx *ctx_new(void);
// void ctx_free(ctx *);
import "C"

import (
	"net"
	"sync"
)

// A C struct by value is Go memory: what C has put into it is only borrowed.
type value struct {
	inner C.data
	n     C.int
}

func (v *value) reset() { v.inner = C.data{} }

var values = sync.Pool{New: func() any { return &value{} }}

var structs = sync.Pool{New: func() any { return &C.data{} }}

var buffers = sync.Pool{New: func() any { return make([]C.char, 64) }}

// The pointer is somebody else's: nothing of this type ends it.
type view struct{ of *C.ctx }

var views = sync.Pool{New: func() any { return &view{} }}

// The connection is the caller's while a request runs.
type request struct{ conn net.Conn }

func (r *request) reset() { r.conn = nil }

var requests = sync.Pool{New: func() any { return new(request) }}

// What its own Close ends, it owns.
type owner struct{ p *C.ctx }

func (o *owner) Close() { C.ctx_free(o.p) }

var owners = sync.Pool{New: func() any {
	return &owner{} // want `the pool makes &owner\{\}, which holds memory of C that has to be released by hand`
}}

var filled = sync.Pool{New: func() any {
	p := C.ctx_new()
	return &view{of: p} // want `holds memory of C`
}}

type link struct{ conn net.Conn }

func (l *link) Close() error { return l.conn.Close() }

var links = sync.Pool{New: func() any {
	return &link{} // want `holds a net\.Conn`
}}
