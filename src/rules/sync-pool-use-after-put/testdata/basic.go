package basic

import (
	"bytes"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
var blocks = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

func bytesOf(s string) []byte {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	b.WriteString(s)
	return b.Bytes() // want `the result is memory of b`
}

func part() []byte {
	b := blocks.Get().(*[]byte)
	defer blocks.Put(b)
	return (*b)[:0] // want `the result is memory of b`
}

func late(s string) string {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	b.WriteString(s)
	buffers.Put(b)
	return b.String() // want `b is used here after it was put back`
}

func twice(b *bytes.Buffer) {
	buffers.Put(b)
	buffers.Put(b) // want `b is put back into its sync\.Pool a second time`
}

// Where it stops: copies, another value, a path that does not put, comparing.
func copied(s string) (string, []byte) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.WriteString(s)
	return b.String(), bytes.Clone(b.Bytes())
}

func paths(s string, keep bool) string {
	b := buffers.Get().(*bytes.Buffer)
	if !keep {
		buffers.Put(b)
		return ""
	}
	b.WriteString(s)
	text := b.String()
	buffers.Put(b)
	b = nil
	if b == nil {
		b = new(bytes.Buffer)
		b.WriteString(s)
	}
	return text
}

func loop(all []string) {
	for _, one := range all {
		b := buffers.Get().(*bytes.Buffer)
		b.WriteString(one)
		buffers.Put(b)
	}
}
