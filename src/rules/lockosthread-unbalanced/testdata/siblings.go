package siblings

import "runtime"

type window struct{ do func(int) }

// One of four forgets it.
func (w *window) Show() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	w.do(1)
}

func (w *window) Hide() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	w.do(2)
}

func (w *window) Raise() {
	runtime.LockOSThread()
	w.do(3)
	runtime.UnlockOSThread()
}

func (w *window) Center() {
	runtime.LockOSThread() // want `Center locks the goroutine to its thread and never unlocks it, unlike 3 other methods of window`
	w.do(4)
}

// Stays on the thread for good.
func (w *window) Run() {
	runtime.LockOSThread()
	for {
		w.do(5)
	}
}

type panel struct{ do func(int) }

// All of them forget it.
func (p *panel) A() {
	runtime.LockOSThread() // want `A locks the goroutine to its thread, and neither it nor any of 4 other methods of panel that do so unlocks it`
	p.do(1)
}

func (p *panel) B() {
	runtime.LockOSThread()
	p.do(2)
}

func (p *panel) C() {
	runtime.LockOSThread()
	p.do(3)
}

func (p *panel) D() {
	runtime.LockOSThread()
	p.do(4)
}

func (p *panel) E() {
	runtime.LockOSThread()
	p.do(5)
}

// Two are too few to say.
type pair struct{ do func(int) }

func (p *pair) A() {
	runtime.LockOSThread()
	p.do(1)
}

func (p *pair) B() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.do(2)
}
