package handed

import (
	"errors"
	"net/http"
	"net/http/httputil"
)

type refuser struct{}

func (refuser) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no") }

// A Transport of one's own, a client that somebody else may set up.
func refusing() *http.Client { return &http.Client{Transport: refuser{}} }

func option(set func(*http.Client)) {}

func outside(conn *httputil.ClientConn) {
	client := &http.Client{}
	errors.As(nil, client)
	errors.As(nil, &http.Client{})
	own := &http.Client{} // want `the client has no Timeout`
	keep(own)
	plain := &http.Client{Transport: &http.Transport{MaxIdleConns: 2}} // want `the client has no Timeout`
	keep(plain)
}

func keep(c *http.Client) {}
