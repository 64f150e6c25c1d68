//go:build !amd64

package digest

import "math/bits"

func mix(sum uint64, part []uint64) uint64 {
	for _, word := range part {
		sum = bits.RotateLeft64((sum^word)*0x9e3779b97f4a7c15, 29)
	}
	return sum
}
