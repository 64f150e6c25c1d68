package methods

type meta map[string]string

func (m *meta) Set(k, v string) {
	if *m == nil {
		*m = meta{}
	}
	(*m)[k] = v
}

func (m meta) Get(k string) string { return m[k] }

// The call takes the address: the method may make the map.
func filled(values map[string]string) (m meta) {
	for k, v := range values {
		m.Set(k, v)
	}
	m["last"] = "x"
	return
}

func read(k string) (m meta) {
	if m.Get(k) == "" {
		m[k] = "x" // want `m is nil here and gets an entry`
	}
	return
}

// What has an entry is not nil.
func found(k string) (m meta) {
	if v, ok := m[k]; ok {
		m["old"] = v
	}
	if len(m) > 0 {
		m["some"] = k
	}
	if m[k] != "" {
		m["same"] = k
	}
	if v, ok := m[k]; !ok {
		m["old"] = v // want `m is nil here`
	}
	return
}
