// Package feed tells back-office screens how many orders there are.
package feed

import (
	"io"
	"time"

	"github.com/gin-gonic/gin"
)

// Counter is what the feed watches.
type Counter interface{ Count() int64 }

// Feed serves /v1/feed.
type Feed struct{ counter Counter }

// New returns the feed of a counter.
func New(counter Counter) *Feed { return &Feed{counter} }

// Subscribe streams the number of orders until the screen is closed.
func (f *Feed) Subscribe(c *gin.Context) {
	counts := make(chan int64, 1)
	go f.watch(counts)
	gone := c.Request.Context().Done()
	c.Stream(func(io.Writer) bool {
		select {
		case n := <-counts:
			c.SSEvent("orders", n)
			return true
		case <-gone:
			return false
		}
	})
}

func (f *Feed) watch(counts chan<- int64) {
	ticker := time.NewTicker(250 * time.Millisecond)
	for range ticker.C {
		select {
		case counts <- f.counter.Count():
		default: // the screen is slow; it gets the next one
		}
	}
}
