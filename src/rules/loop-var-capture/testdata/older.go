//go:build go1.21

package basic

import (
	"sync"

	"golang.org/x/sync/errgroup"
)

func each(all []string, use func(string)) {
	var wg sync.WaitGroup
	for _, one := range all {
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(one) // want `the goroutine uses one, which the loop changes`
		}()
	}
	for i := 0; i < 3; i++ {
		defer func() {
			use(all[i]) // want `the deferred function uses i`
		}()
	}
	var g errgroup.Group
	for k := range all {
		g.Go(func() error {
			use(all[k]) // want `the goroutine uses k`
			return nil
		})
	}
	wg.Wait()
}

// Where it stops: copied, passed, waited for in the round, a variable of its own.
func fine(all []string, use func(string)) {
	var wg sync.WaitGroup
	for _, one := range all {
		one := one
		go func() { use(one) }()
	}
	for _, one := range all {
		go func(one string) { use(one) }(one)
	}
	for _, one := range all {
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(one)
		}()
		wg.Wait()
	}
	var one string
	for _, one = range all {
		go use(one)
	}
}
