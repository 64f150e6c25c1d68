// Load plays the shops, the back office and the pricing service, at a fixed rate for a fixed time, on loopback addresses only.
package main

import (
	"context"
	"encoding/json"
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

var (
	base     = flag.String("url", "http://127.0.0.1:8080", "where the orders service listens")
	quotes   = flag.String("pricing", "127.0.0.1:8090", "where to play the pricing service")
	rate     = flag.Int("rate", 120, "orders a second")
	seconds  = flag.Int("seconds", 90, "how long")
	campaign = flag.Int("campaign", 70, "second at which all shops upload their price lists at once")
	client   = &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
)

func main() {
	flag.Parse()
	for _, address := range []string{*base, "http://" + *quotes} {
		if u, err := url.Parse(address); err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
			log.Fatal("load is for loopback addresses only")
		}
	}
	if *rate > 2000 || *seconds > 600 {
		log.Fatal("at most 2000 orders a second for at most 600 seconds")
	}
	go servePricing()

	begun := time.Now()
	var running sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for n := 0; time.Since(begun) < time.Duration(*seconds)*time.Second; n++ {
		<-tick.C
		running.Go(func() { order(n) })
		if n%(*rate/4) == 0 {
			running.Go(func() { watch(n) })
		}
		if n%(*rate*2) == *rate {
			running.Go(func() { upload(n / *rate % 40) })
		}
		if time.Since(begun) > time.Duration(*campaign)*time.Second && n%(*rate/2) == 0 {
			for shop := range 40 {
				running.Go(func() { upload(shop) })
			}
		}
	}
	running.Wait()
}

// order places an order and looks at it. One in 400 comes through the mobile gateway.
func order(n int) {
	user := 1000 + n%977
	headers := map[string]string{"Authorization": fmt.Sprint("Bearer ", user), "X-Tenant": fmt.Sprint("shop-", n%40)}
	if n%400 == 399 {
		headers["X-Baggage-User"] = fmt.Sprint("user-", user)
	}
	status, body := call(context.Background(), "POST", fmt.Sprintf("/v1/orders?sku=sku-%d", n%5000), headers, nil)
	if status != http.StatusCreated {
		return
	}
	var made struct{ ID int64 }
	if json.Unmarshal(body, &made) == nil {
		call(context.Background(), "GET", fmt.Sprint("/v1/orders/", made.ID), headers, nil)
	}
}

// watch opens the back-office screen for a second.
func watch(n int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	call(ctx, "GET", "/v1/feed", map[string]string{"Authorization": fmt.Sprint("Bearer ", n)}, nil)
}

func upload(shop int) {
	list := make(map[string]int, 400)
	for i := range 400 {
		list[fmt.Sprint("sku-", (i*11+shop)%5000)] = 100 + i
	}
	body, _ := json.Marshal(list)
	call(context.Background(), "PUT", fmt.Sprintf("/v1/tenants/shop-%d/prices", shop), map[string]string{"Authorization": "Bearer 1"}, strings.NewReader(string(body)))
}

func call(ctx context.Context, method, path string, headers map[string]string, body io.Reader) (int, []byte) {
	request, err := http.NewRequestWithContext(ctx, method, *base+path, body)
	if err != nil {
		log.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	return response.StatusCode, answer
}

// servePricing answers at once, but for one quote in 150, which it forgets for two minutes.
func servePricing() {
	var mu sync.Mutex
	asked := 0
	log.Fatal(http.ListenAndServe(*quotes, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked++
		stuck := asked%150 == 0
		mu.Unlock()
		if stuck {
			select {
			case <-time.After(2 * time.Minute):
			case <-r.Context().Done():
				return
			}
		}
		fmt.Fprintln(w, `{"Cents": 1999}`)
	})))
}
