package scratch

import "sync"

type uri struct {
	path  []byte
	full  []byte
	raw   []byte
	known []string
	memo  string
	user  string
}

var uris = sync.Pool{New: func() any { return new(uri) }}

func acquire() *uri { return uris.Get().(*uri) }

func release(u *uri) {
	u.Reset()
	uris.Put(u)
}

// Reset keeps the space. Full is made anew each time.
//
// There is no need to forget memo, which is compared before it is used.
func (u *uri) Reset() { // want `uri\.Reset leaves known, user as it was, which Learn writes`
	u.path = u.path[:0]
}

func (u *uri) Full() []byte {
	u.full = append(append(u.full[:0], '/'), u.path...)
	return u.full
}

func (u *uri) Request() []byte {
	dst := append(u.raw[:0], u.path...)
	u.raw = dst
	return u.raw
}

func (u *uri) Learn(name string) {
	u.known = append(u.known, name)
	u.memo = name
	u.user = name
}
