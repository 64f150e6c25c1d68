package main

import (
	"log"
	"net/http"
	_ "net/http/pprof"
)

func main() {
	go func() {
		log.Print(http.ListenAndServe("localhost:6060", nil))
	}()
	mux := http.NewServeMux()
	go func() { log.Print(http.ListenAndServe(":8081", mux)) }()
	log.Fatal(http.ListenAndServe(":8080", nil)) // want `the default mux, on which net/http/pprof registers itself, is served on :8080`
}
