package cases

import "runtime"

type frontend struct{ onTop func(bool) }

// Before and after: one method of many without the unlock.
func (f *frontend) setOnTop(b bool) {
	runtime.LockOSThread() // want `lockosthread-unbalanced: `
	f.onTop(b)
}

func (f *frontend) setOnTopRepaired(b bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f.onTop(b)
}
