package flow

import "sync"

// The Add above belongs to the other branch.
func branches(two bool, work func()) {
	var wg sync.WaitGroup
	if two {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	} else {
		go func() {
			wg.Add(1) // want `wg\.Add\(1\) runs inside the goroutine it counts`
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

// Where it stops: an Add below that a round of the loop comes back from, a helper that was given the group.
func rounds(n int, work func()) {
	var wg sync.WaitGroup
	for i := range n {
		if i > 0 {
			go func() {
				wg.Add(1)
				wg.Done()
				wg.Done()
			}()
		}
		wg.Add(1)
	}
	wg.Wait()
}

func count(wg *sync.WaitGroup, n int) { wg.Add(n) }

func helped(work func()) {
	var wg sync.WaitGroup
	count(&wg, 1)
	go func() {
		wg.Add(1)
		go wg.Done()
		wg.Done()
	}()
	wg.Wait()
}
