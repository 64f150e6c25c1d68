package basic

import (
	"runtime"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

func enter(ns netns.NsHandle, listen func()) {
	go func() {
		_ = netns.Set(ns) // want `netns\.Set changes the thread this goroutine happens to run on`
		listen()
	}()
}

// Where it stops: locked, another process, the module locks elsewhere for its callers.
func locked(ns netns.NsHandle, listen func()) {
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_ = netns.Set(ns)
		listen()
	}()
	pin()
	_ = unix.Setns(3, unix.CLONE_NEWNET)
}

func pin() { runtime.LockOSThread() }

func helped(ns netns.NsHandle) {
	go func() {
		pin()
		_ = netns.Set(ns)
	}()
}

func other(pid int) {
	go func() {
		var set unix.CPUSet
		_ = unix.SchedSetaffinity(pid, &set)
	}()
}
