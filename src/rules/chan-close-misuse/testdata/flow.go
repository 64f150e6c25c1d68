package flow

import "os"

// Every way to the second close has passed the first.
func both(ch chan int, ok bool) {
	if ok {
		close(ch)
		if len(os.Args) > 1 {
			goto out
		}
		ch <- 1 // want `ch is sent on after it was closed on this path`
	}
	return
out:
	close(ch) // want `ch was closed before on this path`
}

func finish(ch chan int) { close(ch) }

func helper(ch chan int) {
	close(ch)
	finish(ch) // want `ch was closed before on this path`
}

func deferredAndHelper(ch chan int, ok bool) {
	defer close(ch)
	if !ok {
		finish(ch) // want `ch is closed here, and a deferred call closes it again`
	}
}

// Where it stops: one way or the other, a process that ends, a helper that renews or may close, a jump past it.
func either(ch chan int, ok bool) {
	if ok {
		close(ch)
		goto out
	}
	close(ch)
out:
	println("closed")
}

func quit() { os.Exit(1) }

func ends(ch chan int, ok bool) {
	defer close(ch)
	if !ok {
		close(ch)
		quit()
	}
}

func maybe(ch chan int, ok bool) {
	if ok {
		close(ch)
	}
}

func helped(ch chan int, ok bool) {
	close(ch)
	maybe(ch, !ok && len(os.Args) > 9)
}

type feed struct{ ch chan int }

func (f *feed) renew() { f.ch = make(chan int) }

func (f *feed) again() {
	close(f.ch)
	f.renew()
	close(f.ch)
}

func loop(n int) {
	ch := make(chan int)
	for i := range n {
		if i > 0 {
			ch = make(chan int)
		}
		close(ch)
	}
}
