package basic

import (
	"fmt"
	"net/http"
	"runtime"
	"time"
)

func stats(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m) // want `runtime\.ReadMemStats runs in the handling of a request`
	fmt.Fprint(w, m.HeapAlloc)
}

func watch(use func(uint64)) {
	for range time.Tick(2 * time.Second) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m) // want `runs in a loop, with less than 10 s`
		use(m.HeapAlloc)
	}
}

// Where it stops: rare, once.
func rare(use func(uint64)) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for {
		runtime.ReadMemStats(&m)
		use(m.HeapAlloc)
		time.Sleep(time.Minute)
	}
}
