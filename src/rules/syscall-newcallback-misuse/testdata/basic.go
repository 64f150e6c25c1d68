package basic

/*
typedef void (*locker)(int, int, const char *, int);
void set_locking_callback(void *f);
*/
import "C"

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var once = windows.NewCallback(func() uintptr { return 0 })

func loop(names []string, set func(uintptr)) {
	for _, name := range names {
		set(windows.NewCallback(func() uintptr { return uintptr(len(name)) })) // want `windows\.NewCallback makes a new callback in each round of a loop`
		set(windows.NewCallback(func() uintptr { return 1 }))                  // captures nothing: finds its slot again
		set(windows.NewCallback(handler))
		set(once)
	}
}

func handler() uintptr { return 0 }

func locks() {
	C.set_locking_callback(unsafe.Pointer(windows.NewCallbackCDecl(func(mode, n uintptr) uintptr { return 0 }))) // want `the result of windows\.NewCallbackCDecl is passed to C\.set_locking_callback`
}
