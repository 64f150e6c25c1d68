package basic

import "maps"

// A registry that is filled at start does not grow.
var drivers = map[string]func(){}

func Register(name string, open func()) { drivers[name] = open }

// A map that is replaced as a whole starts again.
type window struct{ counts map[string]int }

func (w *window) add(key string) { w.counts[key]++ }
func (w *window) roll()          { w.counts = make(map[string]int) }

// A map that leaves our sight may be emptied there.
var shared = map[string]int{}

func Share(key string) {
	shared[key] = 1
	maps.DeleteFunc(shared, func(string, int) bool { return true })
}

// A local map ends with its function.
func local(keys []string) int {
	seen := map[string]bool{}
	for _, key := range keys {
		seen[key] = true
	}
	return len(seen)
}

// A map that takes no more entries than it may.
type index struct{ errs map[string][]string }

func (x *index) add(host string, ids []string) {
	if _, ok := x.errs[host]; !ok && len(x.errs) >= 256 {
		return
	}
	x.errs[host] = ids
}
