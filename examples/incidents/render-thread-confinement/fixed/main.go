// Charts draws the graphs of a reporting site.
package main

import (
	"bytes"
	"expvar"
	"flag"
	"io"
	"log"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"

	"example.com/charts/render"
)

var (
	addr = flag.String("addr", "127.0.0.1:8080", "address to listen on")

	rendered = expvar.NewInt("charts_rendered")
	failed   = expvar.NewInt("charts_failed")
	mixedUp  = expvar.NewInt("charts_of_another_request")
)

func main() {
	flag.Parse()
	folder, err := os.MkdirTemp("", "charts")
	if err != nil {
		log.Fatal(err)
	}
	runtime.SetBlockProfileRate(1_000_000)
	renderer := render.NewRenderer(folder)
	http.HandleFunc("POST /chart", func(w http.ResponseWriter, r *http.Request) { chart(renderer, w, r) })
	log.Printf("listening on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}

func chart(renderer *render.Renderer, w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 60_000))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	name := r.FormValue("name")
	svg, err := renderer.Draw(name, string(text))
	rendered.Add(1)
	if err != nil {
		failed.Add(1)
		log.Printf("chart %s: %v", name, err)
		http.Error(w, "no chart", http.StatusInternalServerError)
		return
	}
	if !bytes.Contains(svg, []byte("<title>"+name+"</title>")) {
		mixedUp.Add(1)
		log.Printf("chart %s: the file is of another chart", name)
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Write(svg)
}
