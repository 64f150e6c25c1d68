package basic

import (
	"sync"
	"sync/atomic"
)

type counter struct {
	mu sync.Mutex
	n  int
}

type nested struct {
	all [2]counter
}

func (c counter) value() int { // want `the receiver takes a copy of basic\.counter, which holds sync\.Mutex in mu`
	return c.n
}

func byValue(wg sync.WaitGroup) { // want `the parameter takes a copy of sync\.WaitGroup`
	wg.Wait()
}

func assign(c *counter, list []counter, f nested) counter { // want `the parameter takes a copy of basic\.nested`
	d := *c     // want `the assignment makes a copy`
	e := f      // want `which holds sync\.Mutex in all\.mu`
	_ = e.all[0].n
	for _, one := range list { // want `the loop variable is a copy`
		_ = one.n
	}
	use(list[0]) // want `the call passes a copy`
	_ = []counter{list[1]} // want `the literal stores a copy`
	return d // want `the return makes a copy`
}

func use(any) {}

type flags struct{ done atomic.Bool }

func (f flags) isDone() bool { return f.done.Load() } // want `sync/atomic\.Bool in done`

// Where it stops: pointers, new values, indices, slices and maps of them.
func fine(list []counter, m map[string]*counter) *counter {
	c := counter{n: 1}
	var d counter
	d = counter{}
	for i := range list {
		list[i].n++
	}
	_ = list
	_ = len([2]counter{})
	for _, p := range m {
		p.n++
	}
	wg := new(sync.WaitGroup)
	wg.Wait()
	pass(&c, &d)
	return &c
}

func pass(...*counter) {}
