// Shop is a small web shop whose sessions end.
package main

import (
	"flag"
	"log"
	"net/http"
	_ "net/http/pprof"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/shop/page"
	"example.com/shop/session"
)

var (
	addr     = flag.String("addr", "127.0.0.1:8080", "address to listen on")
	idle     = flag.Duration("idle", 30*time.Minute, "how long a session lives without a request")
	sessions = session.NewStore()
	requests atomic.Int64
)

func main() {
	flag.Parse()
	go expireSessions(*idle)
	http.HandleFunc("/login", login)
	http.HandleFunc("/page", showPage)
	http.HandleFunc("/logout", logout)
	http.HandleFunc("/debug/metrics", serveMetrics)
	log.Printf("listening on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}

func expireSessions(idle time.Duration) {
	for now := range time.Tick(min(idle/2, time.Minute)) {
		sessions.Expire(now.Add(-idle))
	}
}

func login(w http.ResponseWriter, r *http.Request) {
	token := sessions.Login(r.FormValue("user"), time.Now())
	w.Write([]byte(token))
}

func showPage(w http.ResponseWriter, r *http.Request) {
	current, ok := sessions.Touch(r.FormValue("token"), time.Now())
	if !ok {
		http.Error(w, "please log in", http.StatusUnauthorized)
		return
	}
	page.Write(w, current.User, len(current.Cart), int(requests.Add(1)))
}

func logout(w http.ResponseWriter, r *http.Request) {
	sessions.Logout(r.FormValue("token"))
	w.Write([]byte("bye " + strconv.Itoa(sessions.Len())))
}
