package main

import (
	"net/http"
	_ "net/http/pprof"
)

func main() {
	s := &http.Server{Addr: "0.0.0.0:6060"} // want `is served on 0\.0\.0\.0:6060`
	_ = s.ListenAndServe()
}
