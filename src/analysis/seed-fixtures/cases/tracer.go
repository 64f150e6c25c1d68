package cases

import "github.com/vishvananda/netns"

// Nothing in the package keeps the goroutine on its thread.
func attach(ns netns.NsHandle, work func()) {
	go func() {
		if err := netns.Set(ns); err != nil { // want `thread-affine-call-without-lock: `
			return
		}
		work()
	}()
}
