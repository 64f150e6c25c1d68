package basic

import (
	"context"
	"io"
	"net/http"
)

var client = &http.Client{}

func fire(url string) {
	http.Get(url)    // want `the answer of http\.Get is dropped`
	go http.Get(url) // want `the answer of http\.Get is dropped`
	_, _ = client.Get(url) // want `the answer of client\.Get is dropped`
	if _, err := client.Post(url, "text/plain", nil); err != nil { // want `the answer of client\.Post is dropped`
		return
	}
}

func status(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req) // want `resp gets the answer of client\.Do`
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

// Near misses: closed, read, handed on, without a body.
func closed(url string) (int, error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

func read(url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}

func handed(url string) int {
	resp, err := client.Get(url)
	if err != nil {
		return 0
	}
	return drain(resp)
}

func drain(resp *http.Response) int { resp.Body.Close(); return resp.StatusCode }

func returned(url string) (*http.Response, error) { return client.Get(url) }

func head(ctx context.Context, url string) bool {
	client.Head(url)
	req, _ := http.NewRequestWithContext(ctx, "HEAD", url, nil)
	resp, err := client.Do(req)
	return err == nil && resp.StatusCode == 200
}
