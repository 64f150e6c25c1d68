// Command syntax times go/parser for bench/syntax.ts: file names come as the first lines of standard input up to an empty one; then each further
// line asks for one pass over all of them, answered with the
// nanoseconds of processor time it took. Comments are attached, objects are not resolved.
package main

import (
	"bufio"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"runtime"
	"syscall"
)

// cpu is the processor time of the process so far, in nanoseconds.
func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func main() {
	runtime.GOMAXPROCS(1)
	input := bufio.NewScanner(os.Stdin)
	var names []string
	var contents [][]byte
	for input.Scan() && input.Text() != "" {
		content, err := os.ReadFile(input.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		names = append(names, input.Text())
		contents = append(contents, content)
	}
	for input.Scan() {
		start := cpu()
		for i, content := range contents {
			if _, err := parser.ParseFile(token.NewFileSet(), names[i], content, parser.ParseComments|parser.SkipObjectResolution); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
		fmt.Println(cpu() - start)
	}
}
