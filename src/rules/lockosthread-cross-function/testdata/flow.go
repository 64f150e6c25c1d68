package flow

import "runtime"

type device struct{ open bool }

// Where it stops: a helper gives the thread back before the function returns.
func unpin() { runtime.UnlockOSThread() }

func openDevice(probe func() bool) *device {
	runtime.LockOSThread()
	ok := probe()
	unpin()
	return &device{open: ok}
}

func newDevice(probe func() bool) *device {
	runtime.LockOSThread()
	defer unpin()
	return &device{open: probe()}
}

func (d *device) Close() {
	d.open = false
	runtime.UnlockOSThread()
}

// On one way only.
func startDevice(probe func() bool) *device {
	runtime.LockOSThread() // want `startDevice locks the goroutine to its thread and Close unlocks it`
	if !probe() {
		unpin()
		return nil
	}
	return &device{open: true}
}
