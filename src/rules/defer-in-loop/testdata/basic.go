package basic

import (
	"context"
	"os"
	"sync"
)

func files(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() // want `f\.Close\(\) is deferred in each round of the loop`
	}
	return nil
}

func cancels(ctx context.Context) {
	for range 3 {
		_, cancel := context.WithCancel(ctx)
		defer cancel() // want `cancel\(\) is deferred`
	}
	for range 3 {
		if ctx != nil { // perhaps in one round only
			_, cancel := context.WithCancel(ctx)
			defer cancel()
		}
	}
}

// Where it stops: a function of its own, a round that is the last.
func own(names []string, mu *sync.Mutex) {
	for _, name := range names {
		func() {
			mu.Lock()
			defer mu.Unlock()
			_ = name
		}()
	}
	for _, name := range names {
		if name == "" {
			f, _ := os.Open(name)
			defer f.Close()
			return
		}
	}
	for {
		f, err := os.Open("a")
		if err != nil {
			continue
		}
		defer f.Close()
		break
	}
}
