package looks

import (
	"context"
	"log"
	"time"
)

// A first look, then a wait that may give up: that is where it is left.
func patient(ctx context.Context, work func() error) error {
	ch := make(chan error)
	go func() {
		ch <- work() // want `when the select takes another case, nobody receives from ch`
	}()
	select {
	case err := <-ch:
		return err
	case <-time.After(time.Second):
		log.Print("slow")
	}
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Where it stops: who gives up remembers it and receives later.
func remembered(ctx context.Context, work func() error) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	gaveUp := false
	select {
	case <-ch:
	case <-ctx.Done():
		gaveUp = true
	}
	if gaveUp {
		return <-ch
	}
	return nil
}

func polled(work func() error) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	running := false
	select {
	case <-ch:
	default:
		running = true
	}
	if running {
		<-ch
	}
	return nil
}

func blocked(work func() error) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	select {
	case <-ch:
		panic("too early")
	case <-time.After(time.Millisecond):
	}
	select {
	case err := <-ch:
		return err
	case <-time.After(time.Minute):
		panic("too late")
	}
}

// Each case comes back to the select, and what is counted is what was received.
func counted(a, b func() error) error {
	first, second := make(chan error), make(chan error)
	go func() { first <- a() }()
	go func() { second <- b() }()
	var failed error
	done := 0
	for {
		select {
		case err := <-first:
			failed = err
			done++
		case err := <-second:
			failed = err
			done++
		}
		if done == 2 {
			return failed
		}
	}
}

func broken(ctx context.Context, a func() error) error {
	first := make(chan error)
	go func() {
		first <- a() // want `nobody receives from first`
	}()
	tries := 0
loop:
	for {
		select {
		case err := <-first:
			return err
		case <-ctx.Done():
			if tries++; tries > 3 {
				break loop
			}
		}
	}
	return ctx.Err()
}

func flagged(work func() error) error {
	ch := make(chan error)
	go func() {
		ch <- work() // want `when the select takes another case, nobody receives from ch`
	}()
	done := false
	for !done {
		select {
		case err := <-ch:
			return err
		case <-time.After(time.Second):
			done = true
		}
	}
	return nil
}
