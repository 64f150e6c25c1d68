package flow

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

type cache struct {
	mu     sync.Mutex
	m      map[string]int
	notify chan int
	done   chan bool
}

var errFull = errors.New("full")

// A way leaves before the defer.
func (c *cache) tooEarly(k string) error {
	c.mu.Lock()
	if c.m == nil {
		return errFull // want `c\.mu is still locked when the function returns here`
	}
	defer c.mu.Unlock()
	c.m[k]++
	return nil
}

func (c *cache) literal(k string) error {
	c.mu.Lock()
	if c.m == nil {
		return errFull // want `c\.mu is still locked`
	}
	defer func() {
		c.m[k]++
		c.mu.Unlock()
	}()
	return nil
}

func (c *cache) jump(k string) error {
	c.mu.Lock()
	if c.m == nil {
		goto failed
	}
	c.m[k]++
	c.mu.Unlock()
	return nil
failed:
	if k == "" {
		return errFull // want `c\.mu is still locked`
	}
	c.mu.Unlock()
	return nil
}

func (c *cache) send(k string) error {
	c.mu.Lock()
	select {
	case c.notify <- c.m[k]:
	case <-c.done:
		return errFull // want `c\.mu is still locked`
	}
	c.mu.Unlock()
	return nil
}

func (c *cache) short(k string) error {
	c.mu.Lock()
	if c.m != nil && c.m[k] > 0 {
		return errFull // want `c\.mu is still locked`
	}
	c.mu.Unlock()
	return nil
}

// Where it stops: helpers of the package that unlock, and one that ends the process.
func (c *cache) unlockAndFail(err error) error {
	c.mu.Unlock()
	return fmt.Errorf("cache: %w", err)
}

func (c *cache) helped(k string) error {
	c.mu.Lock()
	if c.m == nil {
		return c.unlockAndFail(errFull)
	}
	if len(c.m) > 10 {
		err := c.unlockAndFail(errFull)
		return err
	}
	c.m[k]++
	c.mu.Unlock()
	return nil
}

func stop(code int) {
	fmt.Println("stopping")
	os.Exit(code)
}

func (c *cache) ends(k string) int {
	c.mu.Lock()
	if c.m == nil {
		stop(1)
		return -1
	}
	if k == "" {
		giveUp(k)
		return -2
	}
	c.mu.Unlock()
	return 0
}

func giveUp(k string) {
	if k == "a" {
		panic(k)
	}
	stop(2)
}

func (c *cache) release() { c.mu.Unlock() }

func (c *cache) deferredHelper(k string) error {
	c.mu.Lock()
	defer c.release()
	if c.m == nil {
		return errFull
	}
	return nil
}

func (c *cache) around(f func()) error {
	c.mu.Lock()
	if c.m == nil {
		c.outside(f)
		return errFull
	}
	c.mu.Unlock()
	return nil
}

// Unlocks on one way only: not known.
func (c *cache) outside(f func()) {
	if f == nil {
		return
	}
	c.mu.Unlock()
	f()
}

func (c *cache) sometimes(take bool) error {
	if take {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	if c.m == nil {
		return errFull
	}
	return nil
}

func (c *cache) value() (func(), error) {
	c.mu.Lock()
	if c.m == nil {
		return c.mu.Unlock, nil
	}
	c.mu.Unlock()
	return nil, errFull
}

var global sync.Mutex

func unlockGlobal() { global.Unlock() }

func withGlobal(ok bool) error {
	global.Lock()
	if !ok {
		unlockGlobal()
		return errFull
	}
	global.Unlock()
	return nil
}
