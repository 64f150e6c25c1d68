package basic

import (
	"net/http"
	"sync"
)

var (
	lastSeen = map[string]int{}
	cache    sync.Map
	mu       sync.Mutex
	once     sync.Once
)

// The write stands beside a sync.Map, in what a handler calls.
func handle(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("id")
	if _, ok := cache.Load(id); !ok {
		cache.Store(id, compute(id))
	}
}

func compute(id string) int {
	lastSeen[id] = 1 // want `lastSeen is written here without a lock, and this may run in several goroutines at once: net/http runs each request in a goroutine`
	return len(id)
}

func forget(w http.ResponseWriter, r *http.Request) {
	delete(lastSeen, r.FormValue("id")) // want `lastSeen is written here without a lock`
}

func squares(n int) map[int]int {
	found := map[int]int{}
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			found[i] = i * i // want `found is written here without a lock, and this may run in several goroutines at once: a loop starts the goroutines`
		}()
	}
	wg.Wait()
	return found
}

// Where it stops: under a lock, once, one goroutine at a time, a map of each goroutine's own, start-up.
func init() { lastSeen["start"] = 0 }

func locked(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	store(r.FormValue("id"))
}

func store(id string) { lastSeen[id]++ }

func loaded(w http.ResponseWriter, r *http.Request) {
	once.Do(func() { lastSeen["loaded"] = 1 })
}

func inTurn(n int) map[int]int {
	found := map[int]int{}
	for i := range n {
		done := make(chan bool)
		go func() {
			found[i] = i
			close(done)
		}()
		<-done
	}
	turn := make(chan bool, 1)
	for i := range n {
		go func() {
			turn <- true
			found[i] = i
			<-turn
		}()
	}
	return found
}

func own(n int) {
	for i := range n {
		m := map[int]int{}
		go func() { m[i] = i }()
		go func() {
			local := map[int]int{}
			local[i] = i
		}()
	}
	found := map[int]int{}
	go func() { found[n] = n }() // one goroutine
}
