package cases

import (
	"os"
	"runtime"

	"github.com/vishvananda/netns"
)

func inNamespace(target netns.NsHandle, work func()) error {
	before, err := netns.Get() // want `thread-state-read-before-lock: `
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := netns.Set(target); err != nil {
		return err
	}
	defer netns.Set(before)
	work()
	return nil
}

// Locked first; a process that only mounts and exits need not unlock.
func correct(target netns.NsHandle, work func()) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := netns.Get()
	if err != nil {
		return err
	}
	defer netns.Set(before)
	if err := netns.Set(target); err != nil {
		return err
	}
	work()
	return nil
}

func mountMain(mount func() error) {
	runtime.LockOSThread()
	if err := mount(); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}
