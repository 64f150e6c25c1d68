package described

/*
#include <sqlite3.h>
int on_commit(void *state);
int on_row(void *state, int n, char **values, char **names);
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

type state struct{ rows int }

func hook(db *C.sqlite3) {
	s := &state{}
	C.sqlite3_commit_hook(db, (*[0]byte)(C.on_commit), unsafe.Pointer(s)) // want `C\.sqlite3_commit_hook keeps the pointer to state\{\} that it gets, says the description of SQLite`
}

func function(db *C.sqlite3, name *C.char) {
	var s state
	C.sqlite3_create_function(db, name, 1, 1, unsafe.Pointer(&s), nil, nil, nil) // want `C\.sqlite3_create_function keeps the pointer to s`
}

// Where it stops: used during the call only, a handle, pinned, C's own memory.
func rows(db *C.sqlite3, sql *C.char) int {
	var s state
	C.sqlite3_exec(db, sql, (*[0]byte)(C.on_row), unsafe.Pointer(&s), nil)
	return s.rows
}

func handle(db *C.sqlite3, h cgo.Handle) {
	C.sqlite3_commit_hook(db, (*[0]byte)(C.on_commit), *(*unsafe.Pointer)(unsafe.Pointer(&h)))
}

func pinned(db *C.sqlite3, pinner *runtime.Pinner) {
	s := &state{}
	pinner.Pin(s)
	C.sqlite3_update_hook(db, (*[0]byte)(C.on_commit), unsafe.Pointer(s))
}
