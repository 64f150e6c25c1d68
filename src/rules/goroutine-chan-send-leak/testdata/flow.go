package flow

import (
	"context"
	"errors"
	"os"
	"time"
)

var errStopped = errors.New("stopped")

func early(work, check func() error) error {
	ch := make(chan error)
	go func() {
		ch <- work() // want `when the function around returns early, nobody receives from ch`
	}()
	if err := check(); err != nil {
		return err
	}
	return <-ch
}

func inLoop(ctx context.Context, work func() int) int {
	ch := make(chan int)
	go func() { ch <- work() }() // want `nobody receives from ch`
	for {
		select {
		case v := <-ch:
			return v
		case <-time.After(time.Second):
		case <-ctx.Done():
			return 0
		}
	}
}

func polled(work func() int) int {
	ch := make(chan int)
	go func() { ch <- work() }() // want `nobody receives from ch`
	select {
	case v := <-ch:
		return v
	default:
		return 0
	}
}

// Where it stops: every way receives, the process ends, the goroutine is started under the same condition, a deferred receive.
func always(work, check func() error) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	if err := check(); err != nil {
		<-ch
		return err
	}
	return <-ch
}

func quit() { os.Exit(1) }

func ends(work, check func() error) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	if err := check(); err != nil {
		quit()
		return err
	}
	return <-ch
}

func paired(work func() error, async bool) error {
	ch := make(chan error)
	if async {
		go func() { ch <- work() }()
	}
	if !async {
		return errStopped
	}
	return <-ch
}

func selected(ctx context.Context, work func() error) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		goto wait
	}
wait:
	return <-ch
}
