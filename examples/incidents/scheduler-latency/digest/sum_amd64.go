package digest

// Sum returns the checksum of a block.
//
//go:noescape
func Sum(block []uint64) uint64
