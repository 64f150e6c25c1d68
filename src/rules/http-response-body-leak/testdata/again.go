package again

import (
	"io"
	"net/http"
	"time"
)

var client = &http.Client{}

// Each round but the last leaves an answer behind.
func until(req *http.Request) ([]byte, error) {
	var resp *http.Response
	var err error
	for {
		resp, err = client.Do(req) // want `resp gets another answer here while the Body of the one of client\.Do is neither read nor closed`
		if err == nil && resp.StatusCode < 500 {
			break
		}
		time.Sleep(time.Second)
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func named(req *http.Request) (resp *http.Response, err error) {
	for range 3 {
		resp, err = client.Do(req) // want `resp gets another answer here`
		if err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusTooManyRequests {
			return resp, nil
		}
	}
	return
}

func rounds(url string) (*http.Response, error) {
	for n := 0; ; n++ {
		resp, err := http.Get(url) // want `resp gets another answer here`
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusServiceUnavailable && n < 3 {
			continue
		}
		return resp, nil
	}
}

func signedIn(req *http.Request, sign func(*http.Request)) (*http.Response, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusUnauthorized {
		sign(req)
		resp, err = client.Do(req) // want `resp gets another answer here while the Body of the one of client\.Do`
		if err != nil {
			return nil, err
		}
	}
	return resp, nil
}

type retry struct{ base http.RoundTripper }

func (t retry) RoundTrip(req *http.Request) (*http.Response, error) {
	var resp *http.Response
	var err error
	for range 3 {
		resp, err = t.base.RoundTrip(req) // want `resp gets another answer here`
		if err == nil && resp.StatusCode < 500 {
			return resp, nil
		}
	}
	return resp, err
}

// Where it stops: only errors are tried again, the body is closed or read in each round, a helper does so, it is kept, it has none.
func failed(req *http.Request) (*http.Response, error) {
	var resp *http.Response
	var err error
	for range 3 {
		resp, err = client.Do(req)
		if err == nil {
			break
		}
	}
	return resp, err
}

func told(req *http.Request, wait func() error) (*http.Response, error) {
	for {
		resp, err := client.Do(req)
		if err == nil {
			return resp, nil
		}
		if err = wait(); err != nil {
			return nil, err
		}
	}
}

func closed(req *http.Request) (*http.Response, error) {
	for {
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode < 500 {
			return resp, nil
		}
		resp.Body.Close()
	}
}

func drop(resp *http.Response) {
	if resp != nil {
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func helped(req *http.Request) (resp *http.Response, err error) {
	for range 3 {
		drop(resp)
		resp, err = client.Do(req)
		if err == nil && resp.StatusCode < 500 {
			return resp, nil
		}
	}
	return resp, err
}

func asked(req *http.Request, again func(*http.Response, error) bool) (*http.Response, error) {
	for {
		resp, err := client.Do(req)
		if !again(resp, err) {
			return resp, err
		}
	}
}

func kept(req *http.Request) (all []*http.Response, err error) {
	var resp *http.Response
	for range 3 {
		resp, err = client.Do(req)
		if err != nil {
			return nil, err
		}
		all = append(all, resp)
	}
	return all, nil
}

func empty(req *http.Request) error {
	for {
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		if resp.StatusCode == http.StatusNoContent {
			continue
		}
		return resp.Body.Close()
	}
}

func reset(req *http.Request) (resp *http.Response, err error) {
	for range 3 {
		resp, err = client.Do(req)
		if err == nil && resp.StatusCode < 500 {
			return resp, nil
		}
		if err == nil {
			resp.Body.Close()
			resp = nil
		}
	}
	return nil, err
}

// The function around has the variable, and goes on with it.
func around(req *http.Request, try func(func() error) error) (*http.Response, error) {
	var resp *http.Response
	err := try(func() error {
		var err error
		resp, err = client.Do(req)
		if err != nil {
			return err
		}
		if resp.StatusCode >= 500 {
			return http.ErrServerClosed
		}
		return nil
	})
	return resp, err
}
