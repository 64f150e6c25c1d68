package headers

import (
	"net/http"
	"time"
)

// The wait for the answer is limited; the body may take as long as it likes.
var downloads = &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 10 * time.Second}}
