package basic

import (
	"log"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

func handler(c *gin.Context) {
	go func() {
		time.Sleep(time.Second)
		log.Print(c.FullPath()) // want `c is used in a goroutine that nothing waits for`
	}()
	go audit(c) // want `c is used in a goroutine`
	time.AfterFunc(time.Second, func() { c.Set("late", true) }) // want `c is used in a goroutine`
}

func half(c *gin.Context) {
	cp := c.Copy()
	go func() {
		log.Print(cp.FullPath())
		c.JSON(200, nil) // want `c is used in a goroutine`
	}()
}

func audit(c *gin.Context) { log.Print(c.FullPath()) }

// Where it stops: a copy, what was read before, a goroutine that is waited for.
func fine(c *gin.Context) {
	cp := c.Copy()
	go func() { log.Print(cp.FullPath()) }()
	go audit(c.Copy())
	path := c.FullPath()
	go func() { log.Print(path) }()
}

func waited(c *gin.Context) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		log.Print(c.FullPath())
	}()
	wg.Wait()
}

func waitedDeferred(c *gin.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		log.Print(c.FullPath())
	}()
}

// The caller waits, or a function that gets the channel does.
func part(c *gin.Context, wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		log.Print(c.FullPath())
	}()
}

func collected(c *gin.Context, collect func(<-chan string) string) string {
	paths := make(chan string)
	go func() { paths <- c.FullPath() }()
	return collect(paths)
}

// What it gets is a copy.
func later(c *gin.Context) {
	go func() { log.Print(c.FullPath()) }()
}

func handsCopy(c *gin.Context) { later(c.Copy()) }

// It signals, and nobody waits.
func signalled(c *gin.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		log.Print(c.FullPath()) // want `c is used in a goroutine`
	}()
}
