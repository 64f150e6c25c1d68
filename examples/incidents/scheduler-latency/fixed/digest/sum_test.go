package digest

import (
	"math/bits"
	"testing"
)

func TestSumIsWhatTheReferenceSays(t *testing.T) {
	block := []uint64{1, 2, 3, 1 << 63}
	want := uint64(0x2545f4914f6cdd1d)
	for range 8 {
		for _, word := range block {
			want = bits.RotateLeft64((want^word)*0x9e3779b97f4a7c15, 29)
		}
	}
	if got := Sum(block); got != want {
		t.Errorf("Sum = %#x, want %#x", got, want)
	}
}

func BenchmarkSum(b *testing.B) {
	block := make([]uint64, 1<<20)
	for b.Loop() {
		Sum(block)
	}
}
