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

func asserted() (failed bool) {
	defer func() {
		if err, ok := recover().(error); ok && err.Error() == "concurrent map writes" { // want `never returns`
			failed = true
		}
	}()
	return false
}

// The text is looked for in what another program printed; recover is there for something else.
func ofChild(output string, parse func(string)) (crashed bool) {
	defer func() { _ = recover() }()
	parse(output)
	return strings.Contains(output, "concurrent map writes")
}

func contains(text string) bool { return strings.Contains(text, "concurrent map writes") }
