package basic

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

func plain() error { return http.ListenAndServe(":8080", nil) } // want `http\.ListenAndServe makes a server without any time limit`

func given(l net.Listener) error { return http.Serve(l, nil) } // want `http\.Serve makes a server without any time limit`

func secure(c *tls.Config) *http.Server {
	return &http.Server{Addr: ":8443", TLSConfig: c, WriteTimeout: time.Second} // want `neither ReadTimeout nor ReadHeaderTimeout`
}

// Only this machine reaches it.
func debug() error { return http.ListenAndServe("localhost:6060", nil) }

func debugServer() *http.Server { return &http.Server{Addr: "127.0.0.1:6060"} }

func heads() *http.Server { return &http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second} }

func all() *http.Server { return &http.Server{Addr: ":8080", ReadTimeout: 5 * time.Second} }
