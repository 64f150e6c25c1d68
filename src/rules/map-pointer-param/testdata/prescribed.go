package prescribed

func register[T any](handle func(T) int) {}

func count(m *map[string]int) int { return len(*m) }

func size(m *map[string]int) int { return len(*m) } // want `m points to a map`

func all(m map[string]int) int {
	register(func(p *map[string]int) int { return len(*p) })
	register(count)
	named := func(p *map[string]int) int { return len(*p) }
	register(named)
	own := func(p *map[string]int) int { return len(*p) } // want `p points to a map`
	own(&m)
	return size(&m) // want `&m is passed as a pointer to a map`
}
