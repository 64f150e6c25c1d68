package basic

import (
	"fmt"
	"log"
	"strings"
)

func guarded(work func()) {
	defer func() {
		if r := recover(); r != nil {
			if strings.Contains(fmt.Sprint(r), "concurrent map writes") { // want `looks for "concurrent map writes", which recover never returns`
				log.Print("map race")
			}
		}
	}()
	work()
}

func compared() {
	r := recover()
	if r == "concurrent map read and map write" { // want `never returns`
		return
	}
}

// Where it stops: a text that is logged, a text that is looked for in a file.
func fine(log1 string) bool {
	defer func() {
		if r := recover(); r != nil {
			log.Print("not about concurrent map writes: ", r)
		}
	}()
	return contains(log1)
}

func contains(text string) bool { return strings.Contains(text, "concurrent map writes") }
