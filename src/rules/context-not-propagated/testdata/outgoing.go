package outgoing

import (
	"context"
	"net/http"
	"sync"
)

func load(ctx context.Context) error { return nil }

// The request is one that is sent.
func send(client *http.Client, req *http.Request) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	answer, err := client.Do(req.WithContext(ctx))
	if err == nil {
		answer.Body.Close()
	}
	return err
}

func forward(out *http.Request) *http.Request { return out.WithContext(context.Background()) }

func handle(w http.ResponseWriter, r *http.Request) {
	err := load(context.Background()) // want `context\.Background\(\) is passed on although r is at hand`
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

type client struct{ once sync.Once }

func (c *client) get(ctx context.Context) error {
	c.once.Do(func() { load(context.Background()) })
	return load(ctx)
}

func auditLogInternal(ctx context.Context, text string) {}

func audited(ctx context.Context) {
	auditLogInternal(context.Background(), "done")
}
