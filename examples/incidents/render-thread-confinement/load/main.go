// Load opens pages with charts against a loopback address: most have one, every fourth is a dashboard with six.
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
	base := flag.String("url", "http://127.0.0.1:8080", "where charts listens")
	rate := flag.Int("rate", 6, "pages a second")
	seconds := flag.Int("seconds", 60, "how long")
	flag.Parse()
	if u, err := url.Parse(*base); err != nil || !net.ParseIP(u.Hostname()).IsLoopback() {
		log.Fatal("load is for loopback addresses only")
	}
	if *rate > 100 || *seconds > 600 {
		log.Fatal("at most 100 pages a second for at most 600 seconds")
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	var open sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for page := range *rate * *seconds {
		<-tick.C
		charts := 1
		if page%4 == 0 {
			charts = 6
		}
		for chart := range charts {
			open.Go(func() { draw(client, *base, fmt.Sprintf("p%d-%d", page, chart), 40+page%80) })
		}
	}
	open.Wait()
}

func draw(client *http.Client, base, name string, nodes int) {
	response, err := client.Post(base+"/chart?name="+name, "text/plain", strings.NewReader(graph(name, nodes)))
	if err != nil {
		log.Print(err)
		return
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
}

func graph(name string, nodes int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "graph %s font Helvetica {\n", name)
	for n := 1; n < nodes; n++ {
		fmt.Fprintf(&text, "  %s-n%d > %s-n%d;\n", name, n/2, name, n)
	}
	text.WriteString("}\n")
	return text.String()
}
