// go.mod: go 1.22

package basic

import "time"

func drain(in chan int, use func(int)) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-time.After(time.Minute): // want `time\.After\(time\.Minute\) makes a timer in each round`
			return
		}
	}
}

// Where it stops: no loop, the only case.
func once(in chan int) {
	select {
	case <-in:
	case <-time.After(time.Minute):
	}
	for {
		select {
		case <-time.After(time.Minute):
			return
		}
	}
}
