package flow

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Locked on one way only.
func oneWay(pinned bool) {
	go func() {
		if pinned {
			runtime.LockOSThread()
		}
		_ = unix.Unshare(unix.CLONE_NEWNET) // want `unix\.Unshare changes the thread this goroutine happens to run on`
	}()
}

// Where it stops: locked on every way, by a helper of a helper, or the way without it does not come here.
func pin() { pinNow() }

func pinNow() { runtime.LockOSThread() }

func everyWay(ok bool) {
	go func() {
		if ok {
			runtime.LockOSThread()
		} else {
			pin()
		}
		_ = unix.Unshare(unix.CLONE_NEWNET)
	}()
	go func() {
		if !ok {
			return
		}
		runtime.LockOSThread()
		_ = unix.Unshare(unix.CLONE_NEWNET)
	}()
}
