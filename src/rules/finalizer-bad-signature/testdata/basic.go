package basic

import "runtime"

type iterator struct{ pos int }

func (it *iterator) Close() error { return nil }
func (it *iterator) stop()        {}

type closer interface{ Close() error }

func wrong(it *iterator, value iterator, ch chan int) {
	runtime.SetFinalizer(it, func() {})                 // want `the finalizer function has no parameter, and it gets exactly one, the \*example\.com/fixture\.iterator`
	runtime.SetFinalizer(it, it.stop)                   // want `the finalizer it\.stop has no parameter`
	runtime.SetFinalizer(it, func(a, b *iterator) {})   // want `has 2 parameters`
	runtime.SetFinalizer(it, func(its ...*iterator) {}) // want `has a variadic parameter`
	runtime.SetFinalizer(it, func(it iterator) {})      // want `takes a example\.com/fixture\.iterator and would get a \*example\.com/fixture\.iterator`
	runtime.SetFinalizer(value, func(iterator) {})      // want `is a example\.com/fixture\.iterator, not a pointer`
	runtime.SetFinalizer(ch, func(chan int) {})         // want `is a chan int, not a pointer`
	runtime.SetFinalizer(it, 1)                         // want `the finalizer is a .*int, not a function`
}

// Near misses: results are ignored, interfaces are fine, nil removes, and what any holds is not known.
func right(it *iterator, unknown any, f any) {
	runtime.SetFinalizer(it, func(*iterator) {})
	runtime.SetFinalizer(it, (*iterator).Close)
	runtime.SetFinalizer(it, func(closer) {})
	runtime.SetFinalizer(it, func(any) {})
	runtime.SetFinalizer(it, nil)
	runtime.SetFinalizer(unknown, func(*iterator) {})
	runtime.SetFinalizer(it, f)
}

// A pointer to the variable, not to the object.
func (it *iterator) reset(done func()) {
	runtime.SetFinalizer(&it, func(*iterator) { done() }) // want `takes a \*example\.com/fixture\.iterator and would get a \*\*example\.com/fixture\.iterator, the address of the variable it`
	runtime.SetFinalizer(&it, func() { done() })          // want `has no parameter`
}
