// Command syntax prints what go/parser says about Go files, in the form of `gotriage inspect syntax`: physical offsets, every node that
// ast.Inspect reaches but Comment and CommentGroup. File names come one a line on standard input; -lines prints the nodes instead of a digest.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"sync"
)

// filesMax bounds how many answers are kept in order at once.
const filesMax = 64

// Digest is one file's answer: nodes and hash, or the first error.
type Digest struct {
	File   string `json:"file"`
	Nodes  int    `json:"nodes,omitempty"`
	Sha256 string `json:"sha256,omitempty"`
	Error  string `json:"error,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// Line is one node, or at the end of a file the first error.
type Line struct {
	File  string `json:"file"`
	Kind  string `json:"kind"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// walk calls visit for each node with kind and physical offsets.
func walk(tok *token.File, file *ast.File, visit func(kind string, start, end int)) {
	base := tok.Base()
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil:
			return true
		case *ast.Comment, *ast.CommentGroup:
			return false
		}
		visit(reflect.TypeOf(n).Elem().Name(), int(n.Pos())-base, int(n.End())-base)
		return true
	})
}

// firstError gives the message and the physical line of the first error.
func firstError(src []byte, err error) (string, int) {
	list, ok := err.(scanner.ErrorList)
	if !ok || len(list) == 0 {
		return err.Error(), 1
	}
	first := list[0]
	for _, e := range list {
		if e.Pos.Offset < first.Pos.Offset {
			first = e
		}
	}
	line := 1
	for i := 0; i < first.Pos.Offset && i < len(src); i++ {
		if src[i] == '\n' && i+1 < len(src) {
			line++
		}
	}
	return first.Msg, line
}

func parse(name string) (src []byte, tok *token.File, file *ast.File, err error) {
	src, err = os.ReadFile(name)
	if err != nil {
		return
	}
	fset := token.NewFileSet()
	file, err = parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	fset.Iterate(func(f *token.File) bool { tok = f; return false })
	return
}

func digest(name string) Digest {
	src, tok, file, err := parse(name)
	if err != nil {
		message, line := firstError(src, err)
		return Digest{File: name, Error: message, Line: line}
	}
	hash := sha256.New()
	nodes := 0
	buffer := make([]byte, 0, 1<<16)
	walk(tok, file, func(kind string, start, end int) {
		nodes++
		buffer = append(buffer, kind...)
		buffer = append(buffer, ' ')
		buffer = strconv.AppendInt(buffer, int64(start), 10)
		buffer = append(buffer, ' ')
		buffer = strconv.AppendInt(buffer, int64(end), 10)
		buffer = append(buffer, '\n')
		if len(buffer) > 1<<15 {
			hash.Write(buffer)
			buffer = buffer[:0]
		}
	})
	hash.Write(buffer)
	return Digest{File: name, Nodes: nodes, Sha256: hex.EncodeToString(hash.Sum(nil))}
}

func lines(name string, encoder *json.Encoder) {
	src, tok, file, err := parse(name)
	if err != nil {
		message, line := firstError(src, err)
		encoder.Encode(Digest{File: name, Error: message, Line: line})
		return
	}
	walk(tok, file, func(kind string, start, end int) { encoder.Encode(Line{name, kind, start, end}) })
}

func main() {
	asLines := flag.Bool("lines", false, "print the nodes")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<16), 1<<20)

	if *asLines {
		for input.Scan() {
			lines(input.Text(), encoder)
		}
		return
	}
	answers := make(chan chan Digest, filesMax)
	var wait sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	go func() {
		for input.Scan() {
			name := input.Text()
			answer := make(chan Digest, 1)
			answers <- answer
			limit <- struct{}{}
			wait.Add(1)
			go func() {
				defer wait.Done()
				answer <- digest(name)
				<-limit
			}()
		}
		close(answers)
	}()
	for answer := range answers {
		if err := encoder.Encode(<-answer); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
