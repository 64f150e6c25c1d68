// Load visits the shop at a fixed rate for a fixed time, against a loopback address only. With -pattern sessions each visitor logs in, looks at a page
// and three of four log out, as customers do. With -pattern ticker a few users who logged in at the start ask for pages on a ticker, as load tests do.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

func main() {
	base := flag.String("url", "http://127.0.0.1:8080", "where the shop listens")
	pattern := flag.String("pattern", "sessions", "sessions or ticker")
	rate := flag.Int("rate", 600, "logins a second; with -pattern ticker pages a second")
	seconds := flag.Int("seconds", 90, "how long")
	flag.Parse()
	if u, err := url.Parse(*base); err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
		log.Fatal("load is for loopback addresses only")
	}
	if *rate > 5000 || *seconds > 600 {
		log.Fatal("at most 5000 logins a second for at most 600 seconds")
	}
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 32},
	}
	var visit func(n int)
	switch *pattern {
	case "sessions":
		visit = func(n int) { comeAndGo(client, *base, n) }
	case "ticker":
		var tokens []string
		for n := range 50 {
			tokens = append(tokens, get(client, fmt.Sprintf("%s/login?user=tester-%d", *base, n)))
		}
		visit = func(n int) { get(client, *base+"/page?token="+tokens[n%len(tokens)]) }
	default:
		log.Fatal("-pattern is sessions or ticker")
	}
	work := make(chan int, 256)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for n := range work {
				visit(n)
			}
		})
	}
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for n := range *rate * *seconds {
		<-tick.C
		work <- n
	}
	close(work)
	workers.Wait()
}

func comeAndGo(client *http.Client, base string, n int) {
	token := get(client, fmt.Sprintf("%s/login?user=user-%d", base, n))
	get(client, base+"/page?token="+token)
	if n%4 != 0 { // one in four just closes the window
		get(client, base+"/logout?token="+token)
	}
}

func get(client *http.Client, address string) string {
	response, err := client.Get(address)
	if err != nil {
		log.Print(err)
		return ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}
