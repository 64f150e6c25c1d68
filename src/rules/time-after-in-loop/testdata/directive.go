// go.mod: go 1.26

//go:debug default=go1.21
package main

import "time"

func main() {
	in := make(chan int)
	for {
		select {
		case <-in:
		case <-time.After(time.Minute): // want `time\.After\(time\.Minute\) makes a timer in each round`
			return
		}
	}
}
