// Package quotes keeps the last price of each instrument and answers with it.
package quotes

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Book holds the last prices, as the feed has sent them.
type Book struct {
	mu   sync.RWMutex
	last map[string]string
}

// Dial connects to the feed and follows it.
func Dial(address string) (*Book, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	book := &Book{last: make(map[string]string)}
	go book.follow(conn)
	return book, nil
}

func (b *Book) follow(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		name, price, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			continue
		}
		b.mu.Lock()
		b.last[name] = price
		b.mu.Unlock()
	}
	log.Print("feed: ", lines.Err())
}

// Serve answers with the last price of an instrument.
func (b *Book) Serve(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	b.mu.RLock()
	price, ok := b.last[name]
	b.mu.RUnlock()
	if !ok {
		http.Error(w, "unknown instrument", http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, "%s %s\n", name, price)
}
