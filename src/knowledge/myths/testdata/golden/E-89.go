// E-89: a copied map variable refers to the same table, so the caller sees the entry.
package tables

func update(m *map[string]int) {
	tmp := *m
	tmp["x"] = 42
}

func fill() map[string]int {
	data := make(map[string]int)
	update(&data)
	return data
}
