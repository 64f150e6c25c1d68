package kept

import (
	"context"
	"os"
	"sync"
	"time"
)

type node struct {
	mu     sync.Mutex
	parent *node
	done   bool
}

// What is opened is used after the loop.
func all(names []string) ([]*os.File, error) {
	files := make([]*os.File, len(names))
	var more []*os.File
	for i, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		files[i] = f
		g, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer g.Close()
		more = append(more, g)
	}
	return append(files, more...), use(files)
}

func registered(names []string, add func(int, *os.File)) {
	for i := 0; i < len(names); i++ {
		f, _ := os.Open(names[i])
		defer f.Close()
		keep(names, f)
	}
}

func keep(names []string, f *os.File) {}
func use(files []*os.File) error      { return nil }

// The chain of locks is held on purpose.
func nearest(n *node) *node {
	for at := n.parent; at != nil; at = at.parent {
		at.mu.Lock()
		defer at.mu.Unlock()
		if !at.done {
			return at
		}
	}
	return nil
}

// Only read in the round: it could be closed there.
func read(names []string, p []byte) int {
	total := 0
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer f.Close() // want `f\.Close\(\) is deferred in each round`
		n, _ := f.Read(p)
		total += n
	}
	return total
}

// What was there before the loop is closed at the end, all of it.
func closeAll(files []*os.File) {
	for _, f := range files {
		defer f.Close()
	}
}

// Once, however many rounds there are.
func waits(open func() *os.File, p []byte) {
	var f *os.File
	for {
		if f == nil {
			f = open()
			g := open()
			defer g.Close()
		}
		if n, _ := f.Read(p); n == 0 {
			return
		}
	}
}

// What is started in the round goes on after it, with what the round made.
func removes(ctx context.Context, paths []string, start func(func() error)) {
	for _, path := range paths {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		fn := func() error { <-ctx.Done(); return os.Remove(path) }
		start(fn)
	}
}

// A function of unknown effect, one that restores, and one in a round that may not come again.
func restores(names []string, rename func(string) (func(), error)) (err error) {
	for _, name := range names {
		back, failed := rename(name)
		if failed != nil {
			return failed
		}
		defer back()
		defer func() {
			if err != nil {
				os.Remove(name)
			}
		}()
	}
	return nil
}

func selects(stop chan chan struct{}, work chan func()) {
	for {
		select {
		case f := <-work:
			f()
		case done := <-stop:
			defer close(done)
			return
		}
	}
}

// A number that was taken from it is kept.
func numbers(names []string, fds []uintptr) {
	for i, name := range names {
		f, _ := os.Open(name)
		defer f.Close()
		fd := f.Fd()
		fds[i] = fd
	}
}
