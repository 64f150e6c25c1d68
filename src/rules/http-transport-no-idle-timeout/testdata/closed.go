package closed

import (
	"net"
	"net/http"
)

func once(dial func(network, address string) (net.Conn, error)) http.RoundTripper {
	t := &http.Transport{Dial: dial}
	defer t.CloseIdleConnections()
	return t
}
