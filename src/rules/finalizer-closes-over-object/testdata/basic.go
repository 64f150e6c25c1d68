package basic

import (
	"log"
	"runtime"
)

type iterator struct{ handle int }

func (it *iterator) release() {}
func release(handle int)     {}

func finalizer() *iterator {
	it := &iterator{}
	runtime.SetFinalizer(it, func(i *iterator) {
		it.release() // want `the function given to runtime\.SetFinalizer uses it, the object it waits for`
	})
	return it
}

func cleanup(it *iterator) {
	runtime.AddCleanup(it, func(handle int) {
		log.Println(it.handle, handle) // want `the function given to runtime\.AddCleanup uses it`
	}, it.handle)
	runtime.AddCleanup(it, func(old *iterator) {}, it) // want `gets it both as the object and as the argument`
	runtime.AddCleanup(it, it.releaseWith, 1)          // want `it\.releaseWith is bound to it`
	free := func(int) { it.release() }                 // want `uses it, the object it waits for`
	runtime.AddCleanup(it, free, 2)
}

func (it *iterator) releaseWith(int) {}

// Near misses: the parameter, the handle, a shadowed name, another object.
func fine(it *iterator, other *iterator) *iterator {
	runtime.SetFinalizer(it, func(i *iterator) { i.release() })
	runtime.SetFinalizer(it, (*iterator).release)
	runtime.SetFinalizer(it, nil)
	runtime.AddCleanup(it, release, it.handle)
	handle := it.handle
	runtime.AddCleanup(it, func(int) { release(handle) }, 0)
	runtime.SetFinalizer(it, func(it *iterator) { it.release() })
	runtime.AddCleanup(it, func(o *iterator) { o.release() }, other)
	return it
}
