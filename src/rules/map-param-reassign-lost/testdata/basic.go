package basic

func reset(m map[string]int, keys []string) {
	m = make(map[string]int) // want `m is replaced here, and what is stored in it afterwards is never read`
	for _, k := range keys {
		m[k] = 1
	}
}

func onlyIfNil(m map[string]int) {
	if m == nil {
		m = map[string]int{} // want `m is replaced here`
	}
	m["a"]++
}

// Where it stops: returned, read, passed on, captured.
func returned(m map[string]int) map[string]int {
	m = map[string]int{}
	m["a"] = 1
	return m
}

func read(m map[string]int) int {
	if m == nil {
		m = map[string]int{}
	}
	m["a"] = 1
	return len(m)
}

func handed(m map[string]int, use func(map[string]int)) {
	m = map[string]int{}
	m["a"] = 1
	use(m)
}

func captured(m map[string]int) func() int {
	get := func() int { return m["a"] }
	m = map[string]int{}
	m["a"] = 1
	return get
}
