package digest

// partWords is how much goes into assembly at once: 32 KiB, about 15 µs. The runtime can stop this goroutine between two parts only.
const partWords = 4096

// Sum returns the checksum of a block: eight rounds over it.
func Sum(block []uint64) uint64 {
	sum := uint64(0x2545f4914f6cdd1d)
	for range 8 {
		for rest := block; len(rest) > 0; {
			part := rest[:min(partWords, len(rest))]
			rest = rest[len(part):]
			sum = mix(sum, part)
		}
	}
	return sum
}
