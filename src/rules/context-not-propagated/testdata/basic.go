package basic

import (
	"context"
	"net/http"
	"time"
)

func load(ctx context.Context) error { return nil }

func get(ctx context.Context) error {
	return load(context.Background()) // want `context\.Background\(\) is passed on although ctx is at hand`
}

func handle(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.TODO(), time.Second) // want `although r is at hand`
	defer cancel()
	_ = load(ctx)
}

func index(w http.ResponseWriter, r *http.Request) {
	ctx := context.Background() // want `although r is at hand`
	_ = load(ctx)
}

func either(r *http.Request, detached bool) error {
	ctx := context.Background()
	if !detached {
		ctx = r.Context()
	}
	return load(ctx)
}

// Where it stops: none at hand, later work, cleaning up, a default.
func root() error { return load(context.Background()) }

func later(ctx context.Context) {
	go func() { _ = load(context.Background()) }()
	defer load(context.Background())
}

func serve(ctx context.Context, s *http.Server) error {
	<-ctx.Done()
	return s.Shutdown(context.Background())
}
