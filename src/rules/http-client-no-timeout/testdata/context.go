package basic

import (
	"context"
	"net/http"
)

var client = &http.Client{}

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	_, err = client.Do(req)
	return err
}

// http-request-without-context says it.
func quick(ctx context.Context, url string) (*http.Response, error) {
	return http.Get(url)
}
