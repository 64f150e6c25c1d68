package basic

import (
	"context"
	"time"
)

type key struct{}

func loops(ctx context.Context, urls []string, get func(context.Context, string)) {
	for _, url := range urls {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Second) // want `ctx becomes a child of itself in each round`
		get(ctx, url)
		cancel()
	}
	for {
		ctx = context.WithValue(ctx, key{}, 1) // want `ctx becomes a child of itself`
		get(ctx, "")
	}
}

func spawns(ctx context.Context, get func(context.Context, string)) {
	go func() {
		ctx = context.WithValue(ctx, key{}, 1) // want `the goroutine assigns ctx`
		get(ctx, "")
	}()
	get(ctx, "")
}

// Where it stops: a new variable, values collected from a list, once, a context that starts in the round.
func fine(ctx context.Context, urls []string, get func(context.Context, string)) {
	for _, url := range urls {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		get(ctx, url)
		cancel()
	}
	for _, url := range urls {
		ctx = context.WithValue(ctx, key{}, url)
	}
	for _, url := range urls {
		own := context.Background()
		own = context.WithValue(own, key{}, url)
		get(own, url)
	}
	ctx = context.WithValue(ctx, key{}, 1)
	go func() {
		ctx := context.WithoutCancel(ctx)
		ctx = context.WithValue(ctx, key{}, 1)
		get(ctx, "")
	}()
}
