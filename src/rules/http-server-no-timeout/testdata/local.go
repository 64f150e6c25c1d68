package local

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// Only this machine reaches what is listened on.
func runner(port int, h http.Handler) error {
	addr := "127.0.0.1:" + strconv.Itoa(port)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	srv := http.Server{Handler: h}
	return srv.Serve(listener)
}

func socket(path string, h http.Handler) error {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	return http.Serve(listener, h)
}

func debug(port int) error { return http.ListenAndServe(fmt.Sprintf("localhost:%d", port), nil) }

func joined(port string) error { return http.ListenAndServe(net.JoinHostPort("::1", port), nil) }

func given(host string) error { return http.ListenAndServe(host+":8080", nil) } // want `http\.ListenAndServe makes a server without any time limit`
