package basic

import (
	"runtime"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

func enter(ns netns.NsHandle) error {
	old, err := netns.Get() // want `netns\.Get is asked before runtime\.LockOSThread`
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer netns.Set(old)
	return netns.Set(ns)
}

func tid() int {
	id := unix.Gettid() // want `unix\.Gettid is asked before`
	runtime.LockOSThread()
	return id
}

// Where it stops: locked first, and a handle that is not about the thread.
func right(name string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	old, err := netns.Get()
	if err != nil {
		return err
	}
	return netns.Set(old)
}

func byName(name string) error {
	ns, err := netns.GetFromName(name)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return netns.Set(ns)
}
