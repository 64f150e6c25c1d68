// Prints every code point that strconv.IsPrint accepts.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for r := rune(0); r <= 0x10ffff; r++ {
		if strconv.IsPrint(r) {
			fmt.Fprintf(out, "%d ", r)
		}
	}
}
