package cases

import (
	"context"
	"log"
	"sync"
	"time"
)

type check struct {
	ticker *time.Ticker
	run    func()
}

type checks struct{ tickers map[string]*time.Ticker }

func (h *check) start() {
	h.ticker = time.NewTicker(time.Minute)
	go func() {
		defer log.Println("check is exiting")
		for range h.ticker.C { // want `goroutine-ticker-no-exit: `
			h.run()
		}
	}()
}

func (h *check) stop() { h.ticker.Stop() }

type result struct{ err error }

func (h *check) measure(ctx context.Context, work func(context.Context) error) error {
	ch := make(chan error)
	go func() {
		ch <- work(ctx) // want `goroutine-chan-send-leak: `
	}()
	select {
	case err := <-ch:
		return err
	case <-time.After(time.Second):
		return context.DeadlineExceeded
	}
}

func (h *check) buffered(ctx context.Context, work func(context.Context) error) error {
	ch := make(chan error, 1)
	go func() { ch <- work(ctx) }()
	select {
	case err := <-ch:
		return err
	case <-time.After(time.Second):
		return context.DeadlineExceeded
	}
}

// A daemon of the program's life: nobody stops its ticker.
var reaper sync.Once

func reap(work func()) {
	reaper.Do(func() {
		go func() {
			for range time.Tick(time.Second) {
				work()
			}
		}()
	})
}
