package basic

import (
	"net/http"
	"time"
)

var a = &http.Transport{MaxIdleConns: 10} // want `the Transport has no IdleConnTimeout`

var b = &http.Transport{IdleConnTimeout: time.Minute}

var c = &http.Transport{DisableKeepAlives: true}

var d = &http.Transport{DisableKeepAlives: false} // want `the Transport has no IdleConnTimeout`

var e = &http.Transport{IdleConnTimeout: 0} // want `the Transport has no IdleConnTimeout`

// A negative number keeps none.
var f = &http.Transport{MaxIdleConnsPerHost: -1}

func of(keep bool, idle time.Duration) (*http.Transport, *http.Transport) {
	return &http.Transport{DisableKeepAlives: !keep}, &http.Transport{IdleConnTimeout: idle}
}
