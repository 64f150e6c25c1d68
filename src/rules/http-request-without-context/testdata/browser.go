package browser

import (
	"context"
	"net/http"
	"os/exec"
)

// Started and left to itself.
func open(ctx context.Context, url string) {
	_ = exec.Command("xdg-open", url).Start()
	_ = exec.Command("xdg-open", url).Run() // want `exec\.Command runs without ctx`
}

// Made for a caller, who gives it the context.
func request(ctx context.Context, url string) (*http.Request, error) {
	req, err := http.NewRequest("POST", url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("A", "b")
	return req, nil
}

func direct(ctx context.Context, url string) (*http.Request, error) {
	return http.NewRequest("GET", url, nil)
}
