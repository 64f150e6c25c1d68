// Package inner has functions of the same names as main has.
package inner

// Run calls f from a literal.
func Run(f func()) {
	func() { f() }()
}

type server struct{}

func (s *server) serve(f func()) { f() }

// Nested goes through a method whose name main has, too.
func Nested(f func()) {
	new(server).serve(func() {
		func() { f() }()
	})
}
