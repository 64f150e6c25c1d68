package flow

import (
	"bytes"
	"fmt"
	"sync"
)

var pool = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func get() *bytes.Buffer { return pool.Get().(*bytes.Buffer) }

func put(b *bytes.Buffer) {
	b.Reset()
	pool.Put(b)
}

type scratch struct{ buf []byte }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) free() {
	s.buf = s.buf[:0]
	scratches.Put(s)
}

// Put back by a helper.
func byHelper(text string) string {
	b := get()
	b.WriteString(text)
	put(b)
	return b.String() // want `b is used here after it was put back`
}

func byMethod(text string) []byte {
	s := scratches.Get().(*scratch)
	s.buf = append(s.buf, text...)
	s.free()
	return s.buf // want `s is used here after it was put back`
}

func deferredHelper(text string) []byte {
	b := get()
	defer put(b)
	b.WriteString(text)
	return b.Bytes() // want `the result is memory of b`
}

func jump(text string) string {
	b := get()
	if text == "" {
		pool.Put(b)
		goto out
	}
	b.WriteString(text)
	return "x"
out:
	return b.String() // want `b is used here after it was put back`
}

// Where it stops: a helper that puts it back sometimes, one that ends the process, another value, short circuit.
func maybe(b *bytes.Buffer) bool {
	if b.Cap() > 1<<16 {
		return false
	}
	pool.Put(b)
	return true
}

func sometimes(text string) string {
	b := get()
	b.WriteString(text)
	if maybe(b) {
		return ""
	}
	return b.String()
}

func fail(b *bytes.Buffer) {
	put(b)
	panic("failed")
}

func ends(text string) string {
	b := get()
	if text == "" {
		fail(b)
	}
	return b.String()
}

func renewed(texts []string) {
	b := get()
	for _, text := range texts {
		b.WriteString(text)
		fmt.Println(b.Len())
		put(b)
		b = get()
	}
	put(b)
}
