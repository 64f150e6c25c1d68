package flow

import (
	"context"
	"fmt"
	"os"
)

func jump(ctx context.Context, get func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	err := get(ctx)
	if err != nil {
		goto failed
	}
	cancel()
	return nil
failed:
	return err // want `the function returns here without having used cancel`
}

func chosen(ctx context.Context, get func(context.Context) error, done chan bool) error {
	ctx, cancel := context.WithCancel(ctx)
	select {
	case <-done:
		return nil // want `without having used cancel`
	default:
	}
	defer cancel()
	return get(ctx)
}

// Where it stops: a helper that ends the process, a way that is short-circuited into the use, a goto that leads there.
func die(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func quits(ctx context.Context, get func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	if err := get(ctx); err != nil {
		end(err)
		return err
	}
	cancel()
	return nil
}

func end(err error) { die(err) }

func called(cancel func()) bool {
	cancel()
	return true
}

func short(ctx context.Context, get func(context.Context) error, ok bool) error {
	ctx, cancel := context.WithCancel(ctx)
	err := get(ctx)
	if called(cancel) && ok {
		return nil
	}
	return err
}

func retries(ctx context.Context, get func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
again:
	if err := get(ctx); err != nil {
		goto again
	}
	cancel()
	return nil
}
