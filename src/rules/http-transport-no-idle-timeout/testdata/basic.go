package basic

import (
	"net/http"
	"time"
)

var a = &http.Transport{MaxIdleConns: 10} // want `the Transport has no IdleConnTimeout`

var b = &http.Transport{IdleConnTimeout: time.Minute}

var c = &http.Transport{DisableKeepAlives: true}
