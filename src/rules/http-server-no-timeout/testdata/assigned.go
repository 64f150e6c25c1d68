package assigned

import (
	"net/http"
	"time"
)

func serve(h http.Handler) error {
	srv := &http.Server{Addr: ":8080", Handler: h}
	srv.ReadTimeout = 10 * time.Second
	return srv.ListenAndServe()
}
