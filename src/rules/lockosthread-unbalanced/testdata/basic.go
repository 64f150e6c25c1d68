package basic

import (
	"errors"
	"runtime"

	"github.com/vishvananda/netns"
)

func early(show func() error) error {
	runtime.LockOSThread()
	if err := show(); err != nil {
		return err // want `the goroutine is still locked to its thread`
	}
	runtime.UnlockOSThread()
	return nil
}

// Where it stops: deferred, never unlocked on purpose, a thread that was changed, main.
func deferred(show func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := show(); err != nil {
		return err
	}
	return nil
}

func forEver(run func()) {
	runtime.LockOSThread()
	for {
		run()
	}
}

func poisoned(ns, old netns.NsHandle) error {
	runtime.LockOSThread()
	if err := netns.Set(ns); err != nil {
		return errors.New("thread is thrown away")
	}
	_ = netns.Set(old)
	runtime.UnlockOSThread()
	return nil
}

func balanced(show func() error) error {
	runtime.LockOSThread()
	err := show()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	runtime.UnlockOSThread()
	return nil
}
