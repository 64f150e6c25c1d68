// go.mod: go 1.22

package flow

import (
	"fmt"
	"os"
	"time"
)

func oneWay(done chan bool, stop bool) {
	t := time.NewTicker(time.Second) // want `t is not stopped before the function returns`
	select {
	case <-t.C:
		return
	case <-done:
	}
	t.Stop()
}

func early(ready func() bool) {
	t := time.NewTicker(time.Second) // want `t is not stopped`
	if !ready() {
		return
	}
	defer t.Stop()
	<-t.C
}

func period(t *time.Ticker) { fmt.Println("waiting for", t != nil) }

func looked(done func() bool) {
	t := time.NewTicker(time.Second) // want `t is not stopped`
	period(t)
	<-t.C
}

func timer(done chan bool) {
	t := time.NewTimer(time.Hour) // want `t is not stopped`
	select {
	case <-t.C:
	case <-done:
	}
}

// Where it stops: a helper stops it, a timer has fired, the process ends, someone unknown has it, nobody can leave.
func halt(t *time.Ticker) {
	fmt.Println("halting")
	t.Stop()
}

func helped(done func() bool) {
	t := time.NewTicker(time.Second)
	defer halt(t)
	<-t.C
}

func fired() {
	t := time.NewTimer(time.Second)
	<-t.C
}

func both(done chan bool) {
	t := time.NewTimer(time.Second)
	select {
	case <-t.C:
	case <-done:
		t.Stop()
	}
}

func quit() { os.Exit(0) }

func quits(done chan bool) {
	t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
		case <-done:
			quit()
			return
		}
	}
}

type clock struct{ t *time.Ticker }

func kept(c *clock, watch func(*time.Ticker), wait func(<-chan time.Time)) {
	t := time.NewTicker(time.Second)
	c.t = t
	u := time.NewTicker(time.Second)
	watch(u)
	v := time.NewTicker(time.Second)
	wait(v.C)
	w := time.NewTicker(time.Second)
	go func() {
		<-w.C
		w.Stop()
	}()
}
