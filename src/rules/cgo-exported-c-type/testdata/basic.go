package basic

/*
typedef struct SSL SSL;
typedef int status;
*/
import "C"

type Conn struct {
	SSL  *C.SSL // want `Conn\.SSL is exported and mentions C\.SSL`
	ssl  *C.SSL
	Name string
}

type Kind C.status

var Default C.status // want `Default is exported and mentions C\.status`

func Wrap(name string, ssl *C.SSL) *Conn { return nil } // want `Wrap is exported and mentions C\.SSL`

func (c *Conn) Each(visit func(i int) C.status) {} // want `Conn\.Each is exported and mentions C\.status`

func (c *Conn) All() []*C.SSL { return nil } // want `Conn\.All is exported and mentions C\.SSL`

// Near misses: own types, unexported things, functions for C.
func Of(k Kind) Kind { return k }

func wrap(ssl *C.SSL) {}

type conn struct{ SSL *C.SSL }

func (c conn) Handle() *C.SSL { return c.SSL }

//export GoDone
func GoDone(s C.status) C.status { return s }
