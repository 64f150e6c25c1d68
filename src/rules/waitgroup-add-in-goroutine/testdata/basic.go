package basic

import "sync"

func late() {
	var wg sync.WaitGroup
	go func() {
		wg.Add(1) // want `wg\.Add\(1\) runs inside the goroutine it counts`
		defer wg.Done()
	}()
	wg.Wait()
}

// Where it stops: Add before the go statement, and a counted goroutine that adds for its child.
func early() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Add(1)
		go wg.Done()
	}()
	wg.Wait()
}

func first() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		wg.Add(1)
		go wg.Done()
		wg.Done()
	}()
	wg.Wait()
}

func own() {
	go func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go wg.Done()
		wg.Wait()
	}()
}
