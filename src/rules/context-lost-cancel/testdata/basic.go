package basic

import (
	"context"
	"errors"
	"time"
)

type job struct{ cancel context.CancelFunc }

func dropped(ctx context.Context) context.Context {
	ctx, _ = context.WithTimeout(ctx, time.Second) // want `the cancel function of context\.WithTimeout is dropped`
	return ctx
}

func path(ctx context.Context, get func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	if err := get(ctx); err != nil {
		return err // want `the function returns here without having used cancel`
	}
	cancel()
	return nil
}

// Where it stops: deferred, kept, returned, handed on, before it exists.
func fine(ctx context.Context, j *job, get func(context.Context) error) (context.Context, context.CancelFunc, error) {
	if j == nil {
		return nil, nil, errors.New("no job")
	}
	a, cancel := context.WithCancel(ctx)
	defer cancel()
	b, stop := context.WithTimeout(a, time.Second)
	j.cancel = stop
	c, end := context.WithDeadline(b, time.Now())
	go func() {
		defer end()
		_ = get(c)
	}()
	d, last := context.WithCancel(ctx)
	return d, last, nil
}

func middleware(ctx context.Context, next func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	next(ctx)
}

func assigned(ctx context.Context) error {
	var cancel context.CancelFunc = func() {}
	if ctx.Err() == nil {
		ctx, cancel = context.WithCancel(ctx)
	}
	defer cancel()
	return ctx.Err()
}
