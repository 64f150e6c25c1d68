// Prints what golang.org/x/tools says of the control flow of Go packages and all they import: for every function with a body
// whether it may return, and which statements and conditions of its graph are live.
//
// One JSON line is one function: {"file", "start", "end", "mayReturn", "nodes": [start, end, live, …]}, offsets in bytes from 0.
// start and end are those of the body. Packages are type-checked from source with CGO_ENABLED=0, dependencies first, with bodies.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/cha"
	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

type function struct {
	File      string `json:"file"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
	MayReturn bool   `json:"mayReturn"`
	Nodes     []int  `json:"nodes"`
}

type factKey struct {
	object types.Object
	kind   reflect.Type
}

func main() {
	dir := flag.String("C", ".", "directory of the main module")
	roots := flag.Bool("roots", false, "print only the named packages, not what they import")
	calls := flag.Bool("calls", false, "print the call graph by class hierarchy analysis instead, of the named packages")
	never := flag.Bool("noreturn", false, "print instead what SSA says of every function: whether it never returns, and by what")
	flag.Parse()
	config := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes,
		Dir: *dir,
		Env: append(os.Environ(), "CGO_ENABLED=0"),
	}
	loaded, err := packages.Load(config, flag.Args()...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	named := map[*packages.Package]bool{}
	for _, p := range loaded {
		named[p] = true
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	if *calls {
		printCalls(loaded, encoder)
		return
	}
	if *never {
		printNeverReturning(loaded, encoder)
		return
	}
	facts := map[factKey]analysis.Fact{}
	packages.Visit(loaded, nil, func(p *packages.Package) {
		graphs := controlFlow(p, facts)
		if *roots && !named[p] {
			return
		}
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				var graph *cfg.CFG
				var body *ast.BlockStmt
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Body != nil {
						graph, body = graphs.FuncDecl(n), n.Body
					}
				case *ast.FuncLit:
					graph, body = graphs.FuncLit(n), n.Body
				}
				if graph != nil {
					if err := encoder.Encode(describe(p, body, graph)); err != nil {
						panic(err)
					}
				}
				return true
			})
		}
	})
}

// controlFlow runs the ctrlflow analysis on one package; facts live as long as the program, by object.
func controlFlow(p *packages.Package, facts map[factKey]analysis.Fact) *ctrlflow.CFGs {
	pass := &analysis.Pass{
		Analyzer:   ctrlflow.Analyzer,
		Fset:       p.Fset,
		Files:      p.Syntax,
		Pkg:        p.Types,
		TypesInfo:  p.TypesInfo,
		TypesSizes: p.TypesSizes,
		ResultOf:   map[*analysis.Analyzer]any{inspect.Analyzer: inspector.New(p.Syntax)},
		ImportObjectFact: func(object types.Object, fact analysis.Fact) bool {
			_, ok := facts[factKey{object, reflect.TypeOf(fact)}]
			return ok
		},
		ExportObjectFact: func(object types.Object, fact analysis.Fact) {
			facts[factKey{object, reflect.TypeOf(fact)}] = fact
		},
	}
	result, err := ctrlflow.Analyzer.Run(pass)
	if err != nil {
		panic(err)
	}
	return result.(*ctrlflow.CFGs)
}

func describe(p *packages.Package, body *ast.BlockStmt, graph *cfg.CFG) function {
	file := p.Fset.File(body.Pos())
	offset := func(pos int) int { return min(pos-file.Base(), file.Size()) }
	f := function{File: file.Name(), Start: offset(int(body.Pos())), End: offset(int(body.End())), Nodes: []int{}}
	for _, block := range graph.Blocks {
		live := 0
		if block.Live {
			live = 1
			if block.Return() != nil {
				f.MayReturn = true
			}
		}
		for _, n := range block.Nodes {
			if _, deferred := n.(*ast.DeferStmt); deferred && block.Live {
				f.MayReturn = true // go/cfg: a deferred call may recover
			}
			if r, ok := n.(*ast.ReturnStmt); ok && r.Return == body.End()-1 {
				continue // made up for the end of the body
			}
			f.Nodes = append(f.Nodes, offset(int(n.Pos())), offset(int(n.End())), live)
		}
	}
	return f
}

// printCalls prints an edge a line, {"from", "to"} as file:offset of the declarations or literals, once each. Functions that only the
// compiler makes (wrappers of promoted methods, bound methods, instances) are gone through, not printed.
func printCalls(roots []*packages.Package, encoder *json.Encoder) {
	program, _ := ssautil.AllPackages(roots, 0)
	program.Build()
	graph := cha.CallGraph(program)
	named := map[string]bool{}
	for _, p := range roots {
		for _, file := range p.CompiledGoFiles {
			named[file] = true
		}
	}
	place := func(f *ssa.Function) string {
		if f == nil || f.Syntax() == nil || f.Synthetic != "" && f.Origin() == nil {
			return ""
		}
		file := program.Fset.File(f.Syntax().Pos())
		if file == nil || !named[file.Name()] {
			return ""
		}
		return fmt.Sprintf("%s:%d", file.Name(), int(f.Syntax().Pos())-file.Base())
	}
	type edge struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	printed := map[edge]bool{}
	var follow func(from string, node *callgraph.Node, seen map[*callgraph.Node]bool)
	follow = func(from string, node *callgraph.Node, seen map[*callgraph.Node]bool) {
		for _, out := range node.Out {
			callee := out.Callee
			if callee.Func == node.Func.Origin() {
				continue // from an instance to the function it stands for
			}
			if to := place(callee.Func); to != "" {
				if e := (edge{from, to}); !printed[e] {
					printed[e] = true
					encoder.Encode(e)
				}
			} else if callee.Func.Synthetic != "" && callee.Func.Syntax() == nil && !seen[callee] {
				seen[callee] = true
				follow(from, callee, seen)
			}
		}
	}
	for f, node := range graph.Nodes {
		if from := place(f); from != "" {
			follow(from, node, map[*callgraph.Node]bool{})
		}
	}
}
