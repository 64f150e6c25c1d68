package deadlines

import (
	"io"
	"net/http"
	"time"
)

// Each read of the body has its own time.
func upload(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	buf := make([]byte, 4096)
	for {
		_ = control.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := r.Body.Read(buf); err == io.EOF {
			return
		}
	}
}

func serve() error { return http.ListenAndServe(":8080", http.HandlerFunc(upload)) }
