package cases

import "runtime"

type frontend struct {
	onTop    func(bool)
	position func(x, y int)
	show     func()
}

// Before and after: one method of many without the unlock.
func (f *frontend) setOnTop(b bool) {
	runtime.LockOSThread() // want `lockosthread-unbalanced: setOnTop locks the goroutine to its thread and never unlocks it, unlike 3 other methods of frontend`
	f.onTop(b)
}

func (f *frontend) setOnTopRepaired(b bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f.onTop(b)
}

func (f *frontend) setPosition(x, y int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f.position(x, y)
}

func (f *frontend) setVisible() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f.show()
}

// The loop of the window stays on its thread.
func (f *frontend) runMainLoop(next func() bool) {
	runtime.LockOSThread()
	for next() {
		f.show()
	}
}
