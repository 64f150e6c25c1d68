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
