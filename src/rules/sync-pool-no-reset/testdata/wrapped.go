package wrapped

import (
	"bytes"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func take() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

func give(b *bytes.Buffer) { buffers.Put(b) }

func giveEmpty(b *bytes.Buffer) {
	b.Reset()
	buffers.Put(b)
}

type store struct{ pool sync.Pool }

func (s *store) take() *bytes.Buffer { return s.pool.Get().(*bytes.Buffer) }
func (s *store) give(b *bytes.Buffer) { s.pool.Put(b) }

func render(name string) string {
	b := take()
	defer give(b)
	b.WriteString(name) // want `b comes from a sync\.Pool, is filled here and put back without being emptied`
	return b.String()
}

func (s *store) render(name string) int {
	b := s.take()
	b.WriteString(name) // want `b comes from a sync\.Pool`
	n := b.Len()
	s.give(b)
	return n
}

// Where it stops: the wrapper empties it, or the caller does.
func fine(name string) int {
	b := take()
	b.WriteString(name)
	n := b.Len()
	giveEmpty(b)
	c := take()
	defer give(c)
	c.Reset()
	c.WriteString(name)
	return n
}
