package near

import "sync"

type context struct {
	request *string
	index   int
}

var contexts = sync.Pool{New: func() any { return new(context) }}

// The field that reset leaves is set each time a value is taken.
func serve(request *string) {
	c := contexts.Get().(*context)
	c.request = request
	c.reset()
	contexts.Put(c)
}

func (c *context) reset() { c.index = 0 }

type view struct {
	chunk []byte
	read  int
}

var views = sync.Pool{New: func() any { return new(view) }}

// The pool gets an empty value; Reset begins anew for the same user.
func (v *view) release() {
	*v = view{}
	views.Put(v)
}

func newView() *view           { return views.Get().(*view) }
func (v *view) Reset()         { v.read = 0 }
func (v *view) fill(b []byte)  { v.chunk = b }
