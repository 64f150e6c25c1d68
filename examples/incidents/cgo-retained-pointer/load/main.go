// Load plays a few hundred meters against a loopback address: they connect, send readings, and from -restart on one after the other connects again.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

func main() {
	base := flag.String("url", "http://127.0.0.1:8080", "where the relay listens")
	meters := flag.Int("meters", 300, "how many meters")
	rate := flag.Int("rate", 400, "readings a second")
	seconds := flag.Int("seconds", 90, "how long")
	restart := flag.Int("restart", 65, "second from which the meters connect again")
	flag.Parse()
	if u, err := url.Parse(*base); err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
		log.Fatal("load is for loopback addresses only")
	}
	if *rate > 5000 || *seconds > 600 || *meters > 10_000 {
		log.Fatal("at most 5000 readings a second of 10000 meters for at most 600 seconds")
	}
	client := &http.Client{Timeout: 70 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	for serial := range *meters {
		connect(client, *base, serial)
	}
	note := strings.Repeat("valve checked, no leak found; next visit in May. ", 80)
	work := make(chan func(), 256)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for job := range work {
				job()
			}
		})
	}
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for n := range *rate * *seconds {
		<-tick.C
		second := n / *rate
		work <- func() {
			post(client, fmt.Sprintf("%s/reading?channel=%d&level=%d", *base, n%64, n%90), note)
		}
		if n%*rate == 0 { // a dashboard opens and waits for an alarm
			go get(client, fmt.Sprintf("%s/wait?channel=%d&above=95", *base, n%64))
		}
		if n == 20**rate { // support looks at one meter
			work <- func() { get(client, *base+"/device?serial=7") }
		}
		if second >= *restart && n%40 == 0 {
			work <- func() { connect(client, *base, n/40%*meters) }
		}
	}
	close(work)
	workers.Wait()
}

func connect(client *http.Client, base string, serial int) {
	post(client, fmt.Sprintf("%s/connect?serial=%d&channel=%d&site=hall-%d", base, serial+1, serial%64, serial%7), "")
}

func post(client *http.Client, address, body string) {
	finish(client.Post(address, "text/plain", strings.NewReader(body)))
}

func get(client *http.Client, address string) { finish(client.Get(address)) }

func finish(response *http.Response, err error) {
	if err != nil {
		return // the relay may be gone
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
}
