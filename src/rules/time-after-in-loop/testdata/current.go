package basic

import "time"

func drain(in chan int, use func(int)) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-time.After(time.Minute):
			return
		}
	}
}
