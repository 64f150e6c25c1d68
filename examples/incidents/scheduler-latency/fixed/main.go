// Quotes answers with the price of an instrument and signs each archive block. One container of one CPU runs one process.
package main

import (
	"flag"
	"log"
	"net/http"
	_ "net/http/pprof"
	"time"

	"example.com/quotes/digest"
	"example.com/quotes/monitor"
	"example.com/quotes/quotes"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	feed := flag.String("feed", "127.0.0.1:8090", "address of the price feed")
	flag.Parse()
	stats := monitor.Start(5 * time.Second)
	book, err := quotes.Dial(*feed)
	if err != nil {
		log.Fatal(err)
	}
	archive := digest.NewArchive(16 << 20)
	go archive.Run()
	http.HandleFunc("/quote", book.Serve)
	http.HandleFunc("/stats", stats.Serve)
	http.HandleFunc("/debug/metrics", serveMetrics)
	log.Printf("listening on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}
