package flow

import (
	"net/http"
	"sync"
)

var (
	routes = map[string]int{}
	byName = map[string]int{}
	counts = map[string]int{}
	mu     sync.Mutex
)

// A map of the function's own is filled before it is stored where others see it, and written once more behind that.
func reload(w http.ResponseWriter, r *http.Request) {
	fresh := map[string]int{}
	fresh["first"] = 1
	for _, name := range r.Header["Name"] {
		fresh[name]++
	}
	routes = fresh
	fresh["late"] = 1 // want `fresh is written here without a lock after routes was made to hold it`
}

// The lock is given back before the write.
func unlocked(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	n := len(counts)
	mu.Unlock()
	counts["all"] = n // want `counts is written here without a lock`
}

// Where it stops: filled before it is stored, another map by then, stored on one way only, under the lock.
func filled(w http.ResponseWriter, r *http.Request) {
	fresh := map[string]int{}
	fresh["first"] = 1
	if r == nil {
		fresh["none"] = 1
	}
	byName = fresh
}

func another(w http.ResponseWriter, r *http.Request) {
	fresh := map[string]int{}
	byName = fresh
	fresh = map[string]int{}
	fresh["own"] = 1
}

func oneWay(w http.ResponseWriter, r *http.Request) {
	fresh := map[string]int{}
	if r == nil {
		byName = fresh
		return
	}
	fresh["own"] = 1
}

func locked(w http.ResponseWriter, r *http.Request) {
	fresh := map[string]int{}
	mu.Lock()
	defer mu.Unlock()
	byName = fresh
	fresh["late"] = 1
	counts["all"]++
}
