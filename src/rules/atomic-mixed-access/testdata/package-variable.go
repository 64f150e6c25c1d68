package variable

import "sync/atomic"

var total int64

func add() { atomic.AddInt64(&total, 1) }

func forget() {
	total = 0 // want `total is written without`
}

func get() int64 {
	return total // want `total is read without`
}
