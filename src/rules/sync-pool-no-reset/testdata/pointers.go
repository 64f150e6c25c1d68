package pointers

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
)

type order struct {
	ID   string
	Note string
}

func (o *order) clean() { *o = order{} }

var buffers, slices, orders sync.Pool

func buffer(w io.Writer, s string) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.WriteString(s) // want `b comes from a sync\.Pool, is filled here`
	_, _ = w.Write(b.Bytes())
}

func slice(words []string) int {
	p := slices.Get().(*[]string)
	for _, w := range words {
		*p = append(*p, w) // want `p comes from a sync\.Pool, is filled here`
	}
	n := len(*p)
	slices.Put(p)
	return n
}

func decode(data []byte) (string, error) {
	o := orders.Get().(*order)
	defer orders.Put(o)
	if err := json.Unmarshal(data, o); err != nil { // want `o comes from a sync\.Pool, is filled here`
		return "", err
	}
	return o.Note, nil
}

// Where it stops: emptied before or after, drained, handed on, a method that may empty it.
func fine(w io.Writer, s string, data []byte, use func(*bytes.Buffer)) {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	b.WriteString(s)
	buffers.Put(b)
	c := buffers.Get().(*bytes.Buffer)
	c.WriteString(s)
	_, _ = c.WriteTo(w)
	buffers.Put(c)
	d := buffers.Get().(*bytes.Buffer)
	d.WriteString(s)
	use(d)
	buffers.Put(d)
	o := orders.Get().(*order)
	o.clean()
	_ = json.Unmarshal(data, o)
	orders.Put(o)
	p := slices.Get().(*[]string)
	*p = (*p)[:0]
	*p = append(*p, s)
	slices.Put(p)
}

type batch struct {
	rows []int
	name string
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func collect(xs []int) int {
	b := batches.Get().(*batch)
	defer batches.Put(b)
	b.rows = append(b.rows, xs...) // want `b comes from a sync\.Pool, is filled here`
	return len(b.rows)
}

func collectFresh(xs []int) int {
	b := batches.Get().(*batch)
	defer batches.Put(b)
	b.rows = append(b.rows[:0], xs...)
	return len(b.rows)
}

func collectCut(xs []int) int {
	b := batches.Get().(*batch)
	b.rows = append(b.rows, xs...)
	n := len(b.rows)
	b.rows = b.rows[:0]
	batches.Put(b)
	return n
}
