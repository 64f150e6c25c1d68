package basic

import (
	"runtime"

	"github.com/vishvananda/netns"
)

func inside(ns netns.NsHandle, run func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	go func() {
		_ = netns.Set(ns) // want `netns\.Set runs in a new goroutine`
		run()
	}()
}

func unlocks(done chan struct{}) {
	runtime.LockOSThread()
	go func() {
		<-done
		runtime.UnlockOSThread() // want `UnlockOSThread runs in a goroutine that never locked itself`
	}()
}

// Where it stops: the goroutine locks itself, or needs no thread.
func fine(ns netns.NsHandle, run func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_ = netns.Set(ns)
	}()
	go run()
	go func() {
		release := pin() // locks the thread it runs on
		defer release()
		_ = netns.Set(ns)
	}()
}

func pin() func() {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
