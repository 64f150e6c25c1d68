package cases

import (
	"context"
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

type features map[string]bool

func enable(f *features, name string) { // want `map-pointer-param: `
	(*f)[name] = true
}

// Replaced, or given to a decoder: the pointer is needed.
func load(f *features, text []byte) error { return json.Unmarshal(text, f) }

func (f *features) reset() { *f = features{} }

func frontend(ctx context.Context) context.Context {
	return context.WithValue(ctx, "debug", true) // want `context-key-type: `
}

// A shim's main: it reaps for ever, and sets what nobody else set.
func shim(reap func()) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2)
	}
	debug.SetGCPercent(40)
	for range time.Tick(time.Second) {
		reap()
	}
}

func dialogue(show func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return show()
}
