// Package pricing asks the pricing service.
package pricing

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Client asks one pricing service.
type Client struct {
	base string
	http *http.Client
}

// NewClient returns a client of the service at a base URL.
func NewClient(base string) *Client {
	return &Client{base: base, http: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

// Quote returns the list price of a SKU in cents.
func (p *Client) Quote(sku string) (int64, error) {
	request, err := http.NewRequest(http.MethodGet, p.base+"/quote?sku="+url.QueryEscape(sku), nil)
	if err != nil {
		return 0, err
	}
	response, err := p.http.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("pricing answered %s", response.Status)
	}
	var quote struct{ Cents int64 }
	err = json.NewDecoder(response.Body).Decode(&quote)
	return quote.Cents, err
}
