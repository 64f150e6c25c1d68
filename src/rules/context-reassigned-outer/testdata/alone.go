package alone

import (
	"context"
	"time"
)

func wait(context.Context) error { return nil }

// Only the goroutine has the variable once it runs.
func acquire(ctx context.Context, limit time.Duration, done chan error) {
	for {
		ping, cancel := context.WithCancel(ctx)
		go func() {
			if limit > 0 {
				var stop context.CancelFunc
				ping, stop = context.WithTimeout(ping, limit)
				defer stop()
			}
			done <- wait(ping)
		}()
		<-done
		cancel()
	}
}

func laterToo(ctx context.Context, done chan error) error {
	go func() {
		ctx = context.WithValue(ctx, limitKey{}, 1) // want `the goroutine assigns ctx`
		done <- wait(ctx)
	}()
	return wait(ctx)
}

func eachRound(ctx context.Context, done chan error) {
	for range 3 {
		go func() {
			ctx = context.WithValue(ctx, limitKey{}, 1) // want `the goroutine assigns ctx`
			done <- wait(ctx)
		}()
	}
}

type limitKey struct{}
