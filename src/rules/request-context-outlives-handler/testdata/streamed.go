package streamed

import (
	"context"
	"net/http"
)

func pull(ctx context.Context, each func(string)) {}

func stream(w http.ResponseWriter, ch chan string) {
	for line := range ch {
		w.Write([]byte(line))
	}
}

// The handler goes on with what the goroutine sends, until it closes the channel.
func handler(w http.ResponseWriter, r *http.Request) {
	ch := make(chan string)
	go func() {
		defer close(ch)
		pull(r.Context(), func(line string) { ch <- line })
	}()
	stream(w, ch)
}

func before(w http.ResponseWriter, r *http.Request) {
	ch := make(chan string, 1)
	stream(w, ch)
	go func() {
		pull(r.Context(), func(line string) { ch <- line }) // want `the goroutine uses r\.Context\(\)`
	}()
}
