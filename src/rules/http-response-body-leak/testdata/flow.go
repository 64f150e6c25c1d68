package flow

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
)

var (
	client = &http.Client{}
	errBad = errors.New("bad status")
)

// The status is looked at before the close is deferred.
func status(url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", errBad, resp.Status) // want `the function returns here and leaves the Body of resp, the answer of client\.Get, neither read nor closed`
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func logged(resp *http.Response) { log.Print(resp.Status) }

func looked(url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	logged(resp)
	if resp.StatusCode >= 500 {
		return errBad // want `leaves the Body of resp`
	}
	resp.Body.Close()
	return nil
}

// Where it stops: closed by a helper, an error that is told apart before it is compared with nil, a status without a body, handed on, ended.
func shut(resp *http.Response) {
	if resp != nil {
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func helped(url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer shut(resp)
	if resp.StatusCode != http.StatusOK {
		return errBad
	}
	return nil
}

func toldApart(url string) error {
	resp, err := client.Get(url)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if ne, ok := err.(interface{ Timeout() bool }); ok && ne.Timeout() {
		return nil
	}
	if err == io.ErrUnexpectedEOF {
		return nil
	}
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func empty(url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func shortCircuit(url string) error {
	resp, err := client.Get(url)
	if err == nil && resp.StatusCode == http.StatusOK {
		return resp.Body.Close()
	}
	if resp != nil {
		resp.Body.Close()
	}
	return err
}

func inLiteral(url string) (err error) {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := resp.Body.Close(); err == nil {
			err = cerr
		}
	}()
	if resp.StatusCode != http.StatusOK {
		return errBad
	}
	return nil
}

func bail(resp *http.Response) { log.Fatal(resp.Status) }

func ends(url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		bail(resp)
		return errBad
	}
	return resp.Body.Close()
}

type wrapped struct{ resp *http.Response }

func handed(url string, check func(*http.Response) error) (*wrapped, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return &wrapped{resp}, nil
	}
	if err := check(resp); err != nil {
		return nil, err
	}
	resp.Body.Close()
	return nil, nil
}

func slurp(resp *http.Response) ([]byte, error) {
	body := resp.Body
	all, err := io.ReadAll(body)
	body.Close()
	return all, err
}

func throughVariable(url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	if _, err := slurp(resp); err != nil {
		return err
	}
	return nil
}
