// Parks a goroutine in functions of every kind that the compiler names, then prints the stacks and a goroutine profile.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"runtime/pprof"
	"time"

	"example.com/parked/inner"
)

var forever = make(chan struct{})

func park() { <-forever }

type server struct{ name string }

func (s *server) serve()      { park() }
func (s server) copied()      { park() }
func (s *server) withArg(int) { park() }

type list[T any] struct{ all []T }

func (l *list[T]) each(f func(T)) {
	for _, x := range l.all {
		f(x)
	}
}

func generic[T any](x T) { func() { park() }(); _ = x }

// makeParker is small enough to be inlined; its literal is then named after the caller.
func makeParker() func() {
	return func() { park() }
}

var atPackageLevel = func() { park() }

func sequence(yield func(int) bool) { yield(1) }

func overFunction() {
	for range sequence {
		park()
	}
}

func init() {
	go func() { park() }()
}

func deferred() {
	defer func() { park() }()
}

func main() {
	s := &server{}
	go s.serve()
	go s.copied()
	go s.withArg(len(s.name))
	bound := s.serve
	go bound()
	go (&list[int]{all: []int{1}}).each(func(int) { park() })
	go generic("x")
	go generic(1)
	go makeParker()()
	go func() { makeParker()() }()
	go atPackageLevel()
	go overFunction()
	go deferred()
	go inner.Run(func() { park() })
	go func() {
		func() { inner.Nested(park) }()
	}()
	time.Sleep(50 * time.Millisecond)
	var profile, dump bytes.Buffer
	goroutines := pprof.Lookup("goroutine")
	goroutines.WriteTo(&profile, 0)
	goroutines.WriteTo(&dump, 2)
	fmt.Println(base64.StdEncoding.EncodeToString(profile.Bytes()))
	fmt.Print(dump.String())
}
