package rounds

import (
	"net"
	"time"
)

func serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go beat(c)
	}
}

func beat(c net.Conn) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C { // want `an endless loop starts one each round`
		c.Write(nil)
	}
}

// A fixed number of workers for the life of the program.
func workers(n int, c net.Conn) {
	for range n {
		go steady(c)
	}
}

func steady(c net.Conn) {
	for range time.NewTicker(time.Second).C {
		c.Write(nil)
	}
}
