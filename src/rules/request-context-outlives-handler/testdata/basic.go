package basic

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

func save(ctx context.Context, id string) {}

func handler(w http.ResponseWriter, r *http.Request) {
	go save(r.Context(), "a") // want `the goroutine uses r\.Context\(\), which is cancelled when the handler returns`
	ctx := r.Context()
	go func() {
		save(ctx, "b") // want `the goroutine uses ctx, which is cancelled`
	}()
	w.WriteHeader(202)
}

func ginHandler(c *gin.Context) {
	go save(c.Request.Context(), "a") // want `the goroutine uses c\.Request\.Context\(\)`
	c.Status(202)
}

// Where it stops: detached, waited for, only asked, no handler.
func fine(w http.ResponseWriter, r *http.Request) {
	go save(context.WithoutCancel(r.Context()), "a")
	ctx := r.Context()
	go func() {
		save(context.WithoutCancel(ctx), "b")
		<-ctx.Done()
	}()
}

func waits(w http.ResponseWriter, r *http.Request) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		save(r.Context(), "b")
	}()
	<-done
}

func client(r *http.Request) { go save(r.Context(), "c") }
