// Aligns texts as pprof aligns its tags.
package main

import (
	"encoding/json"
	"os"
	"strings"
	"text/tabwriter"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	for i, text := range texts {
		var aligned strings.Builder
		w := tabwriter.NewWriter(&aligned, 0, 0, 1, ' ', tabwriter.AlignRight)
		if _, err := w.Write([]byte(text)); err != nil {
			panic(err)
		}
		if err := w.Flush(); err != nil {
			panic(err)
		}
		texts[i] = aligned.String()
	}
	if err := json.NewEncoder(os.Stdout).Encode(texts); err != nil {
		panic(err)
	}
}
