package meant

import (
	"context"
	"net/http"
)

func level(ctx context.Context) int         { return 0 }
func token(ctx context.Context, a int) error { return nil }
func register(f func(context.Context) error) {}

// Compared with what holds without it.
func differs(ctx context.Context) bool {
	own := level(ctx)
	return own != level(ctx) || level(ctx) != level(context.Background())
}

func commented(ctx context.Context, r *http.Request) {
	// Create a new context for running the task in the background, so that
	// returning the response does not cancel it.
	token(context.Background(), 1)
	token(context.Background(), 3) // want `context\.Background\(\) is passed on although ctx is at hand`
}

func renewed(ctx context.Context) {
	register(func(context.Context) error {
		return token(context.Background(), 4) // want `context\.Background\(\) is passed on although the function literal around is given a context`
	})
	register(func(own context.Context) error {
		return token(context.Background(), 5) // want `context\.Background\(\) is passed on although own is at hand`
	})
}
