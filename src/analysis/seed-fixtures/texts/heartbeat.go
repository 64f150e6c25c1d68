package texts

import (
	"net"
	"net/http"
	"sync"
	"time"
)

func serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go heartbeat(c)
	}
}

func heartbeat(c net.Conn) {
	ticker := time.NewTicker(30 * time.Second)
	defer ticker.Stop()
	for range ticker.C { // want `goroutine-ticker-no-exit: `
		c.Write([]byte("PING"))
	}
}

var cache sync.Map

func request(id string) any {
	if v, ok := cache.Load(id); ok {
		return v
	}
	v := heavy(id)
	cache.Store(id, v)
	return v
}

func heavy(id string) any { return len(id) }

func client() *http.Client {
	return &http.Client{ // want `http-client-no-timeout: `
		Transport: &http.Transport{MaxIdleConns: 10}, // want `http-transport-no-idle-timeout: `
	}
}

func healthy(url string) bool {
	answer, err := client().Get(url)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func limitedClient() *http.Client {
	return &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{MaxIdleConns: 10, IdleConnTimeout: time.Minute},
	}
}
