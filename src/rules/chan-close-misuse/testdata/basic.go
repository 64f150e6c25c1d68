package basic

import "sync"

func twice(ch chan int, ok bool) {
	close(ch)
	if ok {
		close(ch) // want `ch was closed before on this path`
	}
}

func again(ch chan int, ok bool) error {
	defer close(ch)
	if !ok {
		close(ch) // want `ch is closed here, and a deferred call closes it again`
		return nil
	}
	return nil
}

func rounds(ch chan int, n int) {
	for i := range n {
		println(i)
		close(ch) // want `ch is closed in each round of the loop`
	}
}

func workers(out chan int, n int) {
	for i := range n {
		go func() {
			defer close(out) // want `out is closed by each of the goroutines that the loop starts`
			out <- i
		}()
	}
}

func late(ch chan int, more []int) {
	close(ch)
	for _, n := range more {
		ch <- n // want `ch is sent on after it was closed on this path`
	}
}

type feed struct{ done chan bool }

func (f *feed) stop(again bool) {
	close(f.done)
	if again {
		close(f.done) // want `f\.done was closed before on this path`
	}
}

// Where it stops: another channel, one path or the other, a round that is the last, closed once behind all, receives.
func fine(ch chan int, ok bool, n int) {
	if ok {
		close(ch)
	} else {
		close(ch)
	}
	for range ch { // goes on, and ends
	}
	<-ch
	ch = make(chan int)
	close(ch)
}

func renewed(f *feed) {
	close(f.done)
	f.done = make(chan bool)
	close(f.done)
	f.reset()
	close(f.done)
}

func (f *feed) reset() { f.done = make(chan bool) }

func last(ch chan int, next func() int) {
	for {
		if next() == 0 {
			close(ch)
			return
		}
	}
}

func each(n int) {
	for i := range n {
		ch := make(chan int)
		go func() {
			defer close(ch)
			ch <- i
		}()
		<-ch
	}
	var wg sync.WaitGroup
	out := make(chan int)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out <- i
		}()
	}
	go func() {
		wg.Wait()
		close(out)
	}()
}

func list(chans []chan int) {
	for _, ch := range chans {
		close(ch)
	}
	for i := range chans {
		close(chans[i])
	}
}

func safely(ch chan int) (wasOpen bool) {
	defer func() { wasOpen = recover() == nil }()
	close(ch)
	close(ch)
	return true
}

func orderly(ch chan int, stop bool) {
	if stop {
		close(ch)
		return
	}
	ch <- 1
}
