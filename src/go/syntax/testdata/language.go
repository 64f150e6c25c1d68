//go:build linux && (amd64 || arm64) && go1.24

// Package language has each construct of Go 1.26 at least once.
package language

// #include <stdint.h>
// static int twice(int x) { return 2 * x; }
import "C"

import (
	"fmt"
	. "strings"
	_ "unsafe"
	m "math"
)

const (
	a, b = iota, 1 << iota
	c, d
	e float64 = 0x1p-2 + 1_000.5e+3
)

var (
	x          int
	y, z       = 1, "s" + `raw`
	table      = [...]string{2: "two", 'x': "x"}
	points     = []*struct{ X, Y int }{{1, 2}, {X: 3}}
	nested     = map[string][]int{"a": {1}, "b": nil}
	fn         func(int, ...string) (n int, err error)
	arrow      <-chan chan<- (<-chan int)
	pointer    = new(x + 1)
	imaginary  = 1i + 0b11i + 0o7 + 0x_F
	characters = []rune{'a', '\n', '\'', '\x41', '\u00e9', '世'}
)

type (
	Number interface {
		~int | ~int64 | ~float64
		comparable
	}
	List[T any]                struct{ next *List[T]; value T }
	Pair[K comparable, V any]  struct { Key K; Value V }
	Alias[P any]             = Pair[string, P]
	Pointer[P *T, T any]       struct{ _ P }
	Sized[N interface{ ~int }] [3]N
	embedded                   struct {
		fmt.Stringer
		*Builder
		List[int] `json:"list"`
		Pair[string, int]
		a, b int // both
	}
)

func (l *List[T]) Push(v T) *List[T] { return &List[T]{l, v} }

func Map[T, U any](xs []T, f func(T) U) (out []U) {
	for _, x := range xs {
		out = append(out, f(x))
	}
	return
}

//go:noinline
//go:nosplit
func external(p *byte, n int) uintptr

//export exported
func exported(n C.int) C.int { return C.twice(n) }

func statements(ch chan int, v any, args ...int) (err error) {
	defer func() { recover() }()
	go statements(ch, v, args[1:]...)
outer:
	for i := 0; i < 10; i++ {
		for range 3 {
			continue outer
		}
		for i := range 10 {
			if i := i * 2; i > 3 {
				break outer
			} else if i == 2 {
				goto done
			} else {
				_ = i
			}
		}
		for k, v = range nested {
		}
		for ; ; {
			break
		}
	}
	switch x := v.(type) {
	case int, string:
		fmt.Println(x)
		fallthrough
	case nil:
	default:
	}
	switch {
	case x > 1 && y <= 2 || !(z != ""):
		x &^= 1
		x <<= 2
		x--
	}
	switch x := x; x {
	}
	select {
	case ch <- 1:
	case n, ok := <-ch:
		_, _ = n, ok
	case <-ch:
	default:
	}
	var local struct{}
	type T = struct{ int }
	{
		;
	}
	_ = args[1:2:3][0]
	_ = v.(interface{ m() }).m
	_ = (*int)(nil)
	_ = []int{1, 2}[:]
	_ = Map[int, string]
	if (struct{}{}) == local {
	}
	f := func(a, b int, _ string) (c int) { return a*b + -c ^ ^a }
	f(1, 2, ToUpper("x"),
	)
done:
}
