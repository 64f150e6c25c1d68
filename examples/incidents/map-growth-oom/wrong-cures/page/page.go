// Package page renders the shop's pages.
package page

import (
	"fmt"
	"io"
	"sync"
)

// fields are reused between requests.
var fields = sync.Pool{New: func() any { return make(map[string]string) }}

// Write prints the page of a user.
func Write(w io.Writer, user string, cartLength, requestID int) {
	values := fields.Get().(map[string]string)
	clear(values)
	values["user"] = user
	values["cart"] = fmt.Sprint(cartLength)
	values[fmt.Sprintf("request-%d", requestID%512)] = "seen"
	fmt.Fprintf(w, "hello %s, %s items in the cart\n", values["user"], values["cart"])
	fields.Put(values)
}
