package texts

import "unsafe"

// The array stays alive as long as the string: nothing is freed too early, and nobody is seen to write to it.
func view(b []byte) int {
	s := *(*string)(unsafe.Pointer(&b))
	return len(s)
}

// To return it is a guess about the caller: information only.
func badStringView(b []byte) string {
	return *(*string)(unsafe.Pointer(&b)) // want `unsafe-string-bytes-cast: .* returns a string that shares the bytes of the caller's b`
}

type user struct{ name string }

func newUser(name string) *user { return &user{name: name} }

func response() *user {
	u := user{name: "Alice"}
	return &u
}
