package empty

import "net/http"

var (
	never  map[string]string = make(map[string]string)
	filled                   = map[string]string{}
	begun                    = map[string]string{"a": "b"}
	handed                   = map[string]string{}
)

func handler(w http.ResponseWriter, r *http.Request) {
	if _, ok := never[r.URL.Path]; ok {
		delete(never, r.URL.Path) // nothing is ever stored there
	}
	if _, ok := begun[r.URL.Path]; ok {
		delete(begun, r.URL.Path) // want `begun is written here without a lock`
	}
	delete(handed, r.URL.Path) // want `handed is written here without a lock`
}

func other(w http.ResponseWriter, r *http.Request) {
	delete(filled, r.URL.Path) // want `filled is written here without a lock`
}

func init() {
	filled["a"] = "b"
	fill(handed)
}

func fill(m map[string]string) { m["a"] = "b" }
