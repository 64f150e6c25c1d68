// Package digest signs the blocks of the archive.
package digest

import (
	"sync"
	"time"
)

// Archive holds the block that is being signed.
type Archive struct {
	mu    sync.Mutex
	block []uint64
	sums  [8]uint64
	next  int
}

// NewArchive returns an archive with one block of a size in bytes.
func NewArchive(bytes int) *Archive {
	a := &Archive{block: make([]uint64, bytes/8)}
	for i := range a.block {
		a.block[i] = uint64(i) * 0x9e3779b97f4a7c15
	}
	return a
}

// Run signs one block after the other.
func (a *Archive) Run() {
	for {
		sum := Sum(a.block)
		a.mu.Lock()
		a.sums[a.next%len(a.sums)] = sum
		a.next++
		a.mu.Unlock()
		time.Sleep(150 * time.Millisecond)
	}
}
