package flow

import (
	"os"
	"runtime"
)

func tooEarly(show func() error) error {
	runtime.LockOSThread()
	if err := show(); err != nil {
		return err // want `the goroutine is still locked to its thread`
	}
	defer runtime.UnlockOSThread()
	return show()
}

func jump(show func() error) error {
	runtime.LockOSThread()
	err := show()
	if err != nil {
		goto failed
	}
	runtime.UnlockOSThread()
	return nil
failed:
	if os.IsNotExist(err) {
		return err // want `the goroutine is still locked to its thread`
	}
	runtime.UnlockOSThread()
	return nil
}

// Where it stops: helpers of the package that unlock, deferred literals, a process that ends, a goroutine of its own.
func leave() { runtime.UnlockOSThread() }

func helped(show func() error) error {
	runtime.LockOSThread()
	if err := show(); err != nil {
		leave()
		return err
	}
	runtime.UnlockOSThread()
	return nil
}

func literal(show func() error) error {
	runtime.LockOSThread()
	defer func() {
		runtime.UnlockOSThread()
	}()
	if err := show(); err != nil {
		return err
	}
	return nil
}

func quit() { os.Exit(1) }

func ends(show func() error) error {
	runtime.LockOSThread()
	if err := show(); err != nil {
		quit()
		return err
	}
	runtime.UnlockOSThread()
	return nil
}
