// Command std compares what two trees of the standard library export: the first is a GOROOT, the second the bundled declarations written
// out as files. Both are type-checked from source without function bodies. It prints a line for each difference and each type error.
// Standard library only; run with `go run main.go GOROOT TREE GOOS GOARCH`.
package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type tree struct {
	context  build.Context
	src      string
	fset     *token.FileSet
	packages map[string]*types.Package
	problems []string
}

func newTree(src, goos, goarch string) *tree {
	context := build.Default
	context.GOOS, context.GOARCH, context.CgoEnabled = goos, goarch, false
	return &tree{context, src, token.NewFileSet(), map[string]*types.Package{"unsafe": types.Unsafe}, nil}
}

func (t *tree) Import(path string) (*types.Package, error) { return t.ImportFrom(path, "", 0) }

func (t *tree) ImportFrom(path, from string, _ types.ImportMode) (*types.Package, error) {
	if strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
		path = "vendor/" + path
	}
	if p := t.packages[path]; p != nil {
		return p, nil
	}
	dir := filepath.Join(t.src, path)
	listed, err := t.context.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range listed.GoFiles {
		file, err := parser.ParseFile(t.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.problems = append(t.problems, err.Error())
		}
		files = append(files, file)
	}
	config := types.Config{
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Importer:         t,
		Sizes:            types.SizesFor("gc", t.context.GOARCH),
		Error: func(err error) {
			if !strings.Contains(err.Error(), "imported and not used") && !strings.Contains(err.Error(), "missing function body") {
				t.problems = append(t.problems, err.Error())
			}
		},
	}
	p, _ := config.Check(path, t.fset, files, nil)
	t.packages[path] = p
	return p, nil
}

// describe lists what a package shows: objects, and for named types their underlying type, size and methods.
func (t *tree) describe(path string) []string {
	p, err := t.Import(path)
	if err != nil {
		return []string{path + ": " + err.Error()}
	}
	var lines []string
	sizes := types.SizesFor("gc", t.context.GOARCH)
	for _, name := range p.Scope().Names() {
		object := p.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		lines = append(lines, path+": "+types.ObjectString(object, nil))
		if c, ok := object.(*types.Const); ok {
			lines = append(lines, fmt.Sprintf("%s.%s = %s", path, name, c.Val().ExactString()))
		}
		named, ok := types.Unalias(object.Type()).(*types.Named)
		if _, isType := object.(*types.TypeName); !ok || !isType {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s.%s is %s, comparable %v", path, name, named.Underlying(), types.Comparable(named)))
		if named.TypeParams().Len() == 0 {
			lines = append(lines, fmt.Sprintf("%s.%s has %d bytes", path, name, sizes.Sizeof(named)))
		}
		set := types.NewMethodSet(types.NewPointer(named))
		for i := range set.Len() {
			if set.At(i).Obj().Exported() {
				lines = append(lines, path+"."+name+": "+set.At(i).String())
			}
		}
	}
	return lines
}

func main() {
	real, ours := newTree(filepath.Join(os.Args[1], "src"), os.Args[3], os.Args[4]), newTree(os.Args[2], os.Args[3], os.Args[4])
	count := 0
	filepath.WalkDir(real.src, func(dir string, entry os.DirEntry, _ error) error {
		name := entry.Name()
		if !entry.IsDir() || dir == real.src {
			return nil
		}
		path := filepath.ToSlash(dir[len(real.src)+1:])
		if strings.HasPrefix(name, "_") || name == "testdata" || name == "internal" || name == "vendor" || path == "cmd" || path == "builtin" || path == "unsafe" {
			return filepath.SkipDir
		}
		if _, err := real.context.ImportDir(dir, 0); err != nil {
			return nil
		}
		want, have := real.describe(path), ours.describe(path)
		count += len(want)
		seen := map[string]int{}
		for _, line := range want {
			seen[line]++
		}
		for _, line := range have {
			seen[line]--
		}
		var keys []string
		for line, n := range seen {
			if n != 0 {
				keys = append(keys, fmt.Sprintf("%+d %s", n, line))
			}
		}
		sort.Strings(keys)
		for _, key := range keys {
			fmt.Println(key)
		}
		return nil
	})
	for _, problem := range ours.problems {
		fmt.Println("error:", problem)
	}
	fmt.Fprintln(os.Stderr, count, "facts compared")
}
