// What x/tools' SSA says of functions that never return: a way of its own to the same answer, over instructions instead of syntax.
package main

import (
	"encoding/json"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// neverReturning is one line of output: a declaration or literal with a body.
type neverReturning struct {
	File  string `json:"file"`
	Start int    `json:"start"` // of the body, in bytes from 0
	Name  string `json:"name"`
	Never bool   `json:"never"`
	// By is what ends its ways: panic, loop (none ends), statement (a call that stands alone), operand (a call whose result is used),
	// literal (of a function literal), value (of a variable that SSA sees through), contract (known by name).
	By []string `json:"by"`
}

// byContract are functions without a body that says so: the list of x/tools' ctrlflow (knownIntrinsic).
var byContract = map[string]bool{
	"syscall.Exit": true, "syscall.ExitProcess": true, "syscall.ExitThread": true,
	"runtime.Goexit": true, "runtime.fatalthrow": true, "runtime.fatalpanic": true, "runtime.exit": true,
}

func printNeverReturning(roots []*packages.Package, encoder *json.Encoder) {
	program, _ := ssautil.AllPackages(roots, 0)
	program.Build()
	alone := map[token.Pos]bool{} // left parentheses of calls that are statements
	packages.Visit(roots, nil, func(p *packages.Package) {
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := n.(*ast.ExprStmt); ok {
					if call, ok := ast.Unparen(s.X).(*ast.CallExpr); ok {
						alone[call.Lparen] = true
					}
				}
				return true
			})
		}
	})
	never := map[*ssa.Function]bool{}
	functions := ssautil.AllFunctions(program)
	for f := range functions {
		if f.Pkg != nil && f.Parent() == nil && f.Signature.Recv() == nil && byContract[f.Pkg.Pkg.Path()+"."+f.Name()] {
			never[f] = true
		}
	}
	// A call ends its block once its callee is known never to return, so ways only get fewer: a fixed point.
	for changed := true; changed; {
		changed = false
		for f := range functions {
			if !never[f] && len(f.Blocks) > 0 && !mayReturn(f, never, nil, nil) {
				never[f] = true
				changed = true
			}
		}
	}
	for f := range functions {
		var body *ast.BlockStmt
		switch n := f.Syntax().(type) {
		case *ast.FuncDecl:
			body = n.Body
		case *ast.FuncLit:
			body = n.Body
		}
		if body == nil || f.Synthetic != "" && f.Origin() == nil && f.TypeParams() == nil || f.Origin() != nil {
			continue // wrappers and instances stand for what is printed anyway
		}
		file := program.Fset.File(body.Pos())
		line := neverReturning{File: file.Name(), Start: int(body.Pos()) - file.Base(), Name: f.String(), Never: never[f], By: []string{}}
		if never[f] {
			by := map[string]bool{}
			returns := mayReturn(f, never, alone, by)
			for _, kind := range []string{"panic", "statement", "operand", "literal", "value"} {
				if by[kind] {
					line.By = append(line.By, kind)
				}
			}
			if returns {
				line.By = []string{"contract"}
			} else if len(line.By) == 0 {
				line.By = append(line.By, "loop")
			}
		}
		if err := encoder.Encode(line); err != nil {
			panic(err)
		}
	}
}

// mayReturn tells whether a return can be reached, with what is known so far of callees; by gets what ends the ways that are gone.
func mayReturn(f *ssa.Function, never map[*ssa.Function]bool, alone map[token.Pos]bool, by map[string]bool) bool {
	if f.Recover != nil {
		return true // a deferred call may recover
	}
	seen := map[*ssa.BasicBlock]bool{}
	waiting := []*ssa.BasicBlock{f.Blocks[0]}
	for len(waiting) > 0 {
		block := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		if seen[block] {
			continue
		}
		seen[block] = true
		ended := false
		for _, instruction := range block.Instrs {
			switch i := instruction.(type) {
			case *ssa.Return:
				return true
			case *ssa.Panic:
				note(by, "panic")
			case *ssa.Call:
				callee := i.Call.StaticCallee()
				if callee == nil {
					continue
				}
				if origin := callee.Origin(); origin != nil {
					callee = origin
				}
				if !never[callee] {
					continue
				}
				ended = true
				_, named := i.Call.Value.(*ssa.Function)
				switch {
				case callee.Parent() != nil:
					note(by, "literal")
				case !named:
					note(by, "value")
				case alone[i.Pos()]:
					note(by, "statement")
				default:
					note(by, "operand")
				}
			}
			if ended {
				break
			}
		}
		if !ended {
			waiting = append(waiting, block.Succs...)
		}
	}
	return false
}

func note(by map[string]bool, kind string) {
	if by != nil {
		by[kind] = true
	}
}
