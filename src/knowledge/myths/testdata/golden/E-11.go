// E-11: adding to a map and deleting from it while ranging over it is legal within one goroutine.
package sessions

func renew(m map[string]int) {
	for k := range m {
		delete(m, k)
		m["new-"+k] = 2
	}
}

func double(values []int) []int {
	for _, v := range values {
		values = append(values, v)
	}
	return values
}
