package late

import (
	"testing"
	"time"
)

func TestLeft(t *testing.T) {
	done := make(chan bool)
	go func() {
		done <- true // want `when the select takes another case, nobody receives from done`
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Log("slow machine")
	}
}

// Where it stops: the test has failed by then.
func TestFatal(t *testing.T) {
	done := make(chan bool)
	go func() { done <- true }()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("late")
	}
}

func TestFatalWithDefer(t *testing.T) {
	defer t.Log("done")
	done := make(chan bool)
	go func() { done <- true }()
	select {
	case <-done:
		return
	case <-time.After(time.Second):
		t.Fatalf("late")
	}
}

func BenchmarkError(b *testing.B) {
	done := make(chan bool)
	go func() { done <- true }()
	select {
	case <-done:
	case <-time.After(time.Second):
		b.Errorf("late")
	}
}

func wait(tb testing.TB) {
	done := make(chan bool)
	go func() { done <- true }()
	select {
	case <-done:
	case <-time.After(time.Second):
		tb.Error("late")
	}
}
