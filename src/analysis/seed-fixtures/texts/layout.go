package texts

import (
	"sync/atomic"
	"unsafe"
)

type ring struct {
	data       []byte
	head, tail uint64
}

// The field may never be empty: only parameters of exported functions are asked about.
func (r *ring) next() *byte {
	p := unsafe.Pointer(&r.data[0])
	offset := atomic.LoadUint64(&r.head)
	return (*byte)(unsafe.Add(p, int(offset%uint64(len(r.data)))))
}

func FirstOf(data []byte) unsafe.Pointer {
	return unsafe.Pointer(&data[0]) // want `unsafe-empty-slice-address: `
}

type ringLog struct {
	slots [64]uint64
	pos   atomic.Uint64
}

// The position is published before what it stands for.
func (l *ringLog) append(v uint64) {
	at := l.pos.Load()
	l.pos.Store(at + 1)
	l.slots[at%64] = v // want `index-published-before-data: `
}

type counter struct {
	count   uint64
	_       [56]byte
	version uint32
}

func (c *counter) add() { atomic.AddUint64(&c.count, 1) }
