package basic

import "runtime"

type window struct{ open bool }

func newWindow() *window {
	runtime.LockOSThread() // want `newWindow locks the goroutine to its thread and Close unlocks it`
	return &window{open: true}
}

func (w *window) Close() {
	w.open = false
	runtime.UnlockOSThread()
}

type session struct{}

// Where it stops: each function by itself, another type's Close.
func newSession() *session {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return &session{}
}

func (s *session) Run(work func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	work()
}

func (s *session) Close() {}
