// Load plays the price feed and the clients, at a fixed rate for a fixed time, on loopback addresses only, and says what the clients saw.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"
)

func main() {
	base := flag.String("url", "http://127.0.0.1:8080", "where the service listens")
	feed := flag.String("feed", "127.0.0.1:8090", "where to play the price feed")
	rate := flag.Int("rate", 150, "requests a second")
	seconds := flag.Int("seconds", 60, "how long")
	flag.Parse()
	for _, address := range []string{*base, "http://" + *feed} {
		if u, err := url.Parse(address); err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
			log.Fatal("load is for loopback addresses only")
		}
	}
	if *rate > 2000 || *seconds > 600 {
		log.Fatal("at most 2000 requests a second for at most 600 seconds")
	}
	listener, err := net.Listen("tcp", *feed)
	if err != nil {
		log.Fatal(err)
	}
	go playFeed(listener)

	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	until := time.Now().Add(20 * time.Second)
	for time.Now().Before(until) && ask(client, *base, 0) != nil {
		time.Sleep(50 * time.Millisecond)
	}
	var mu sync.Mutex
	var took []time.Duration
	failed := 0
	var running sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for n := range *rate * *seconds {
		<-tick.C
		running.Go(func() {
			begun := time.Now()
			err := ask(client, *base, n)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				return
			}
			took = append(took, time.Since(begun))
		})
	}
	running.Wait()
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	if len(took) > 0 {
		json.NewEncoder(os.Stdout).Encode(map[string]any{
			"requests": len(took), "failed": failed, "p50Ms": at(0.5), "p90Ms": at(0.9), "p99Ms": at(0.99), "maxMs": at(1),
		})
	}
}

func ask(client *http.Client, base string, n int) error {
	response, err := client.Get(fmt.Sprintf("%s/quote?name=inst-%d", base, n%200))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// playFeed sends a price of each of 200 instruments each 100 ms to whoever connects.
func playFeed(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for round := 0; ; round++ {
				for i := range 200 {
					if _, err := fmt.Fprintf(conn, "inst-%d %d.%02d\n", i, 100+i, round%100); err != nil {
						return
					}
				}
				time.Sleep(100 * time.Millisecond)
			}
		}()
	}
}
