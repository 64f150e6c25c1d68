// Relay takes the readings of a few hundred meters and lets others wait for a level.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"net/http"
	_ "net/http/pprof"
	"strconv"
	"time"

	"example.com/relay/meter"
)

var (
	addr    = flag.String("addr", "127.0.0.1:8080", "address to listen on")
	every   = flag.Duration("poll", 200*time.Millisecond, "how often the bus is polled")
	devices = &registry{devices: make(map[uint64]*meter.Device)}
)

func main() {
	flag.Parse()
	bus, err := meter.Open()
	if err != nil {
		log.Fatal(err)
	}
	go poll(bus)
	go watch()
	http.HandleFunc("POST /connect", func(w http.ResponseWriter, r *http.Request) { connect(bus, w, r) })
	http.HandleFunc("POST /reading", func(w http.ResponseWriter, r *http.Request) { reading(bus, w, r) })
	http.HandleFunc("GET /wait", func(w http.ResponseWriter, r *http.Request) { wait(bus, w, r) })
	http.HandleFunc("GET /device", describe)
	http.HandleFunc("/debug/metrics", serveMetrics)
	log.Printf("listening on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}

func poll(bus *meter.Bus) {
	for range time.Tick(*every) {
		bus.Poll()
	}
}

// watch looks at what the bus reports: a level is a percentage, and serials start at 1.
func watch() {
	seen, strange := 0, 0
	for event := range meter.Events() {
		seen++
		if level := event.Level; level < 0 || level > 100 || event.Serial == 0 || event.Serial > 1_000_000 {
			strange++
		}
		if seen%20_000 == 0 {
			log.Printf("bus: %d events, %d of them out of range, %d devices", seen, strange, devices.len())
		}
	}
}

func connect(bus *meter.Bus, w http.ResponseWriter, r *http.Request) {
	serial, channel := number(r, "serial"), uint32(number(r, "channel"))
	tags := map[string]string{"site": r.FormValue("site"), "from": r.RemoteAddr}
	if err := devices.connect(bus, serial, channel, tags); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func reading(bus *meter.Bus, w http.ResponseWriter, r *http.Request) {
	note, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	level, _ := strconv.ParseFloat(r.URL.Query().Get("level"), 64)
	if err := bus.Reading(uint32(number(r, "channel")), level, string(note)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func wait(bus *meter.Bus, w http.ResponseWriter, r *http.Request) {
	threshold, _ := strconv.ParseFloat(r.FormValue("above"), 64)
	ctx, cancel := context.WithTimeout(r.Context(), 60*time.Second)
	defer cancel()
	if !bus.Wait(ctx, uint32(number(r, "channel")), threshold) {
		w.WriteHeader(http.StatusNoContent)
	}
}

func describe(w http.ResponseWriter, r *http.Request) {
	line, known := devices.describe(number(r, "serial"))
	if !known {
		http.NotFound(w, r)
		return
	}
	io.WriteString(w, line+"\n")
}

func number(r *http.Request, name string) uint64 {
	n, _ := strconv.ParseUint(r.URL.Query().Get(name), 10, 64)
	return n
}
