package cases

/*
#include <stdlib.h>
#include <sqlite3.h>
typedef struct { int w; } renderer;
int needs_bypass(const char *file);
int string_color(renderer *r, const char *s, int color);
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Before and after, as in repairs of public bindings. A name that is looked up for one question.
func fileOf(db *C.sqlite3, schema string) string {
	return C.GoString(C.sqlite3_db_filename(db, C.CString(schema))) // want `cgo-cstring-leak: `
}

func fileOfRepaired(db *C.sqlite3, schema string) string {
	name := C.CString(schema)
	defer C.free(unsafe.Pointer(name))
	return C.GoString(C.sqlite3_db_filename(db, name))
}

// A question on the first use only, asked with a string of its own.
func transcode(file string, started bool) error {
	if !started {
		if C.needs_bypass(C.CString(file)) == 1 { // want `cgo-cstring-leak: `
			return errors.New("no video")
		}
	}
	return nil
}

func transcodeRepaired(file string, started bool) error {
	name := C.CString(file)
	defer C.free(unsafe.Pointer(name))
	if !started && C.needs_bypass(name) == 1 {
		return errors.New("no video")
	}
	return nil
}

// In a variable, which nothing frees.
func text(r *C.renderer, s string, color int) bool {
	c := C.CString(s) // want `cgo-cstring-leak: `
	return C.string_color(r, c, C.int(color)) == 0
}

func textRepaired(r *C.renderer, s string, color int) bool {
	c := C.CString(s)
	defer C.free(unsafe.Pointer(c))
	return C.string_color(r, c, C.int(color)) == 0
}
