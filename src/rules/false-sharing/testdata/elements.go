package elements

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

type counter struct{ hits, misses int64 }

type padded struct {
	hits int64
	_    [120]byte
}

func perWorker(data []int, workers int) int {
	counts := make([]int, workers)
	var wg sync.WaitGroup
	for w := 0; w < workers; w++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			for _, v := range data {
				if v > 0 {
					counts[id]++ // want `each of the goroutines writes its own counts\[id\] in a loop, and 8 elements of 8 B share a cache line of 64 B`
				}
			}
		}(w)
	}
	wg.Wait()
	return counts[0]
}

func fields(rounds int) {
	var all [4]counter
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			for range rounds {
				all[i].hits += 2 // want `its own all\[i\] in a loop, and 4 elements of 16 B`
			}
		})
	}
	wg.Wait()
}

func atomics(rounds int) error {
	var group errgroup.Group
	totals := make([]atomic.Int64, 8)
	for i := range totals {
		group.Go(func() error {
			for range rounds {
				totals[i].Add(1) // want `its own totals\[i\]`
			}
			return nil
		})
	}
	return group.Wait()
}

// Where it stops: padded, counted locally, written once, through pointers, with work in the loop, one goroutine after the other.
func apart(data []int, jobs chan int, work func(int)) {
	var wide [4]padded
	var byPointer [4]*counter
	counts := make([]int, 4)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			own := 0
			for _, v := range data {
				wide[i].hits += int64(v)
				byPointer[i].hits++
				own += v
			}
			counts[i] = own
		})
		wg.Go(func() {
			for job := range jobs {
				work(job)
				counts[i]++
			}
		})
	}
	for i := range 4 {
		done := make(chan struct{})
		go func() {
			for range data {
				counts[i]++
			}
			close(done)
		}()
		<-done
	}
	wg.Wait()
}

// The index is not that of the loop: each goroutine may write anywhere.
func scattered(data []int) {
	counts := make([]int, 256)
	for range 4 {
		go func() {
			for _, v := range data {
				counts[v]++
			}
		}()
	}
}
