// Shop is the shop after what was suspected first had been mended: GOGC is back at 100 and the pool hands out clean maps.
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
	sessions = session.NewStore()
	requests atomic.Int64
)

func main() {
	flag.Parse()
	http.HandleFunc("/login", login)
	http.HandleFunc("/page", showPage)
	http.HandleFunc("/logout", logout)
	http.HandleFunc("/debug/metrics", serveMetrics)
	log.Printf("listening on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
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
