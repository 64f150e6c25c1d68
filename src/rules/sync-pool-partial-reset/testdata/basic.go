package basic

import "sync"

type request struct {
	path  string
	user  string
	tries int
	mu    sync.Mutex
	limit int
}

var requests = sync.Pool{New: func() any { return new(request) }}

func get() *request { return requests.Get().(*request) }

func (r *request) Reset() { // want `request\.Reset leaves user as it was, which login writes`
	r.path = ""
	r.tries = 0
}

func (r *request) login(user string) { r.user = user; r.tries++ }

// Where it stops: the whole value, every written field, a type that is not pooled, a reset that calls others.
type whole struct{ a, b int }

func (w *whole) Reset()      { *w = whole{} }
func (w *whole) set()        { w.a, w.b = 1, 2 }
func getWhole() *whole       { return requests.Get().(*whole) }

type parts struct{ a, b int }

func (p *parts) Reset()      { p.a = 0; p.more() }
func (p *parts) more()       { p.b = 0 }
func (p *parts) set()        { p.b = 2 }
func getParts() *parts       { return requests.Get().(*parts) }

type plain struct{ a, b int }

func (p *plain) Reset() { p.a = 0 }
func (p *plain) set()   { p.b = 2 }
