package basic

func declared() {
	var m map[string]int
	m["a"] = 1 // want `m is nil here and gets an entry`
}

func result(keys []string) (seen map[string]bool) {
	for _, k := range keys {
		seen[k] = true // want `seen is nil here`
	}
	return seen
}

func asked(m map[string]int) {
	if m == nil {
		m["a"]++ // want `m is nil here`
	}
}

type set map[string]struct{}

func named(all []string) {
	s := set(nil)
	for _, one := range all {
		s[one] = struct{}{} // want `s is nil here`
	}
}

// Where it stops: made on some path, filled by someone else, read only.
func made(b bool) int {
	var m map[string]int
	if b {
		m = map[string]int{}
	}
	if m != nil {
		m["a"] = 1
	}
	var n map[string]int
	fill(&n)
	n["a"] = 1
	var o map[string]int
	set := func() { o = map[string]int{} }
	set()
	o["a"] = 1
	var p map[string]int
	if p == nil {
		p = make(map[string]int)
	}
	p["a"] = 1
	var q map[string]int
	delete(q, "a")
	for range 2 {
		if q == nil {
			q = map[string]int{}
		}
		q["a"]++
	}
	return p["b"] + q["b"]
}

func fill(m *map[string]int) { *m = map[string]int{} }
