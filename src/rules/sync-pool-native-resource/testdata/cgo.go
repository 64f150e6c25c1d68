package basic

// typedef struct ctx ctx;
// ctx *ctx_new(void);
// void ctx_free(ctx *);
import "C"

import (
	"os"
	"sync"
)

type wrapper struct{ p *C.ctx }

func (w *wrapper) free() { C.ctx_free(w.p) }

type plain struct{ n int }

var direct = sync.Pool{New: func() any {
	return C.ctx_new() // want `the pool makes C\.ctx_new\(\), which holds memory of C`
}}

var wrapped = sync.Pool{New: func() any {
	return &wrapper{} // want `holds memory of C`
}}

var files = sync.Pool{New: func() any {
	f, _ := os.CreateTemp("", "x")
	return f // want `the pool makes f, which holds a os\.File`
}}

// Where it stops: Go memory only.
var fine = sync.Pool{New: func() any { return &plain{} }}
