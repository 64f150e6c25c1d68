package basic

import (
	"net/http"
	"time"
)

var slow = &http.Client{} // want `the client has no Timeout`

var limited = &http.Client{Timeout: time.Second}

func get(url string) error {
	_, err := http.Get(url) // want `http\.Get uses the default client, which has no Timeout`
	return err
}

func later(url string) (*http.Response, error) { return slow.Get(url) }
