package either

import "time"

// The goroutine sends on one of the two and ends; either way that is what the select takes.
func dial(open func() (int, error)) (int, error) {
	failed := make(chan error)
	opened := make(chan int)
	go func() {
		n, err := open()
		if err != nil {
			failed <- err
			return
		}
		opened <- n
	}()
	select {
	case err := <-failed:
		return 0, err
	case n := <-opened:
		return n, nil
	}
}

func dialFor(open func() (int, error)) (int, error) {
	failed := make(chan error)
	opened := make(chan int)
	go func() {
		n, err := open()
		if err != nil {
			failed <- err // want `nobody receives from failed`
			return
		}
		opened <- n // want `nobody receives from opened`
	}()
	select {
	case err := <-failed:
		return 0, err
	case n := <-opened:
		return n, nil
	case <-time.After(time.Second):
		return 0, nil
	}
}
