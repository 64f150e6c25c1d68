package released

import (
	"sync"
	"testing"
)

type stream struct{ data []byte }

var streams = sync.Pool{New: func() any { return new(stream) }}

func TestUse(t *testing.T) {
	s := streams.Get().(*stream)
	streams.Put(s)
	if len(s.data) != 0 { // want `s is used here after it was put back into its sync\.Pool`
		t.Fatal("not empty")
	}
}

// What happens to whoever does this is what is tested.
func TestUsePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s := streams.Get().(*stream)
	streams.Put(s)
	_ = s.data[0]
}

func TestTwice(t *testing.T) {
	s := streams.Get().(*stream)
	streams.Put(s)
	streams.Put(s) // want `s is put back into its sync\.Pool a second time`
}
