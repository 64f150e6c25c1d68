package basic

import (
	"context"
	"errors"
	"time"
)

var errLate = errors.New("late")

func check(work func() error) error {
	ch := make(chan error)
	go func() {
		ch <- work() // want `when the select takes another case, nobody receives from ch`
	}()
	select {
	case err := <-ch:
		return err
	case <-time.After(time.Second):
		return errLate
	}
}

func first(ctx context.Context, a, b func() int) int {
	out := make(chan int)
	go func() { out <- a() }() // want `nobody receives from out`
	go func() {
		defer close(out)
		out <- b() // want `nobody receives from out`
	}()
	select {
	case v := <-out:
		return v
	case <-ctx.Done():
	}
	return 0
}

// Where it stops: a buffer, a send that can give up, a loop that comes back, a channel that is passed on.
func fine(ctx context.Context, work func() error, pass func(chan error)) error {
	a := make(chan error, 1)
	go func() { a <- work() }()
	select {
	case err := <-a:
		return err
	case <-ctx.Done():
	}
	b := make(chan error)
	go func() {
		select {
		case b <- work():
		case <-ctx.Done():
		}
	}()
	select {
	case <-b:
	case <-ctx.Done():
	}
	c := make(chan error)
	go func() { c <- work() }()
	for {
		select {
		case err := <-c:
			return err
		case <-time.After(time.Second):
		}
	}
}

func more(ctx context.Context, work func() error, pass func(chan error)) {
	d := make(chan error)
	go func() { d <- work() }()
	select {
	case <-d:
	case <-ctx.Done():
		<-d
	}
	e := make(chan error)
	go func() { e <- work() }()
	pass(e)
	select {
	case <-e:
	case <-ctx.Done():
	}
	f := make(chan error)
	go func() { f <- work() }()
	<-f
}
