// Sorts lists of keys, each in the three ways of the standard library, and prints where each entry stood before.
package main

import (
	"encoding/json"
	"os"
	"slices"
	"sort"
)

type entry struct{ key, index int }

// Keys in a circle, each less than the next: no order at all.
func less(a, b entry, circle int) bool {
	if circle > 0 {
		return (b.key-a.key+circle)%circle == 1
	}
	return a.key < b.key
}

type byKey struct {
	entries []entry
	circle  int
}

func (s byKey) Len() int           { return len(s.entries) }
func (s byKey) Less(i, j int) bool { return less(s.entries[i], s.entries[j], s.circle) }
func (s byKey) Swap(i, j int)      { s.entries[i], s.entries[j] = s.entries[j], s.entries[i] }

func indexes(keys []int, sortThem func([]entry)) []int {
	entries := make([]entry, len(keys))
	for i, key := range keys {
		entries[i] = entry{key, i}
	}
	sortThem(entries)
	order := make([]int, len(keys))
	for i, e := range entries {
		order[i] = e.index
	}
	return order
}

func main() {
	var lists []struct {
		Keys   []int `json:"keys"`
		Circle int   `json:"circle"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&lists); err != nil {
		panic(err)
	}
	answers := make([][3][]int, len(lists))
	for i, list := range lists {
		answers[i] = [3][]int{
			indexes(list.Keys, func(entries []entry) { sort.Sort(byKey{entries, list.Circle}) }),
			indexes(list.Keys, func(entries []entry) {
				sort.Slice(entries, func(i, j int) bool { return less(entries[i], entries[j], list.Circle) })
			}),
			indexes(list.Keys, func(entries []entry) {
				slices.SortFunc(entries, func(a, b entry) int {
					if less(a, b, list.Circle) {
						return -1
					}
					return 1
				})
			}),
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}
