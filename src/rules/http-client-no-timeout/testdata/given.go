package given

import "net/http"

type settings struct{ transport http.RoundTripper }

// Who knows what limits it has.
func ofField(s settings) *http.Client { return &http.Client{Transport: s.transport} }

func ofParameter(t *http.Transport) *http.Client { return &http.Client{Transport: t} }

func own() *http.Client {
	t := &http.Transport{MaxIdleConns: 4}
	return &http.Client{Transport: t} // want `the client has no Timeout`
}

func made(host string) (*http.Transport, error) { return &http.Transport{}, nil }

func ownFunction() (*http.Client, error) {
	t, err := made("a")
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: t}, nil // want `the client has no Timeout`
}

func ordinary() *http.Client {
	return &http.Client{Transport: http.DefaultTransport} // want `the client has no Timeout`
}

func use() {
	own().Get("a")
	c, _ := ownFunction()
	c.Get("b")
	ordinary().Do(nil)
}

// Only handed out, or never used.
func Outside() *http.Client { return &http.Client{} }

type kept struct{ sender, lender *http.Client }

func keepBoth() *kept {
	return &kept{
		sender: &http.Client{}, // want `the client has no Timeout`
		lender: &http.Client{},
	}
}

func (k *kept) send() { k.sender.Get("a") }
