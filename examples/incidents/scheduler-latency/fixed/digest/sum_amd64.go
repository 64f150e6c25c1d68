package digest

//go:noescape
func mix(sum uint64, part []uint64) uint64
