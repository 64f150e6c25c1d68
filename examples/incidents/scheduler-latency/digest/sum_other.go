//go:build !amd64

package digest

import "math/bits"

// Sum returns the checksum of a block.
func Sum(block []uint64) uint64 {
	sum := uint64(0x2545f4914f6cdd1d)
	for range 8 {
		for _, word := range block {
			sum = bits.RotateLeft64((sum^word)*0x9e3779b97f4a7c15, 29)
		}
	}
	return sum
}
