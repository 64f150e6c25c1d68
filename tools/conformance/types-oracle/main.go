// Prints what go/types says of every expression of Go packages, in the form of `gotriage inspect types`.
//
// Packages come from `go list` (with CGO_ENABLED=0 unless -cgo is given) and are type-checked from source: dependencies without
// their function bodies, the named packages whole. One JSON line is one expression that ast.Inspect reaches and types.Info knows:
// an entry of Types, or an identifier with an object in Defs or Uses (packages and labels left out).
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"sync"
)

type listed struct {
	Dir, ImportPath, Name, ForTest string
	GoFiles, CgoFiles              []string
	Imports                        []string
	ImportMap                      map[string]string
	Standard, DepOnly              bool
	Module                         *struct{ GoVersion string }
}

type row struct {
	File   string `json:"file"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Mode   string `json:"mode"`
	Type   string `json:"type"`
	Value  string `json:"value,omitempty"`
	Object any    `json:"object,omitempty"`
}

type place struct {
	File  string `json:"file"`
	Start int    `json:"start"`
}

var (
	dir    = flag.String("C", ".", "directory of the main module")
	tests  = flag.Bool("tests", false, "also the test files of the named packages")
	tags   = flag.String("tags", "", "build tags")
	cgo    = flag.Bool("cgo", false, "files that import \"C\" too, with FakeImportC")
	made   = flag.String("cgotypes", "", "with -cgo: what cgo generated, as IMPORTPATH=FILE,…, in place of FakeImportC for these packages")
	files  = flag.Bool("files", false, "arguments are Go files or directories below DIR, each a package of its own that imports std only")
	stream = flag.Bool("stream", false, `one package after the other, a line {"package":ID,"errors":[PLACE]} before each`)
)

func main() {
	flag.Parse()
	debug.SetGCPercent(200)
	root, err := filepath.Abs(*dir)
	check(err)
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	l := &loader{root: root, fset: token.NewFileSet(), packages: map[string]*types.Package{}, listed: map[string]*listed{}}
	var order []*listed
	if *files {
		for _, p := range l.list([]string{"std"}) {
			p.DepOnly = true
			order = append(order, p)
		}
		for _, name := range flag.Args() {
			order = append(order, l.adHoc(name))
		}
	} else {
		order = l.list(flag.Args())
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	var all []row
	for _, p := range order {
		if strings.HasSuffix(p.ImportPath, ".test") && p.Name == "main" {
			continue
		}
		rows, errors, declared := l.check(p)
		if p.DepOnly {
			continue
		}
		if !*stream {
			all = append(all, rows...)
			continue
		}
		check(enc.Encode(map[string]any{"package": p.ImportPath, "errors": errors, "cgo": declared}))
		sortRows(rows)
		for i := range rows {
			check(enc.Encode(&rows[i]))
		}
	}
	sortRows(all)
	for i := range all {
		check(enc.Encode(&all[i]))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func sortRows(rows []row) {
	sort.SliceStable(rows, func(i, j int) bool {
		a, b := &rows[i], &rows[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		return a.End > b.End
	})
}

type loader struct {
	root     string
	fset     *token.FileSet
	packages map[string]*types.Package
	listed   map[string]*listed
	paths    sync.Map // *types.Package → map[types.Object]string
}

// list returns the packages, dependencies first.
func (l *loader) list(patterns []string) []*listed {
	args := []string{"list", "-e", "-deps", "-json=Dir,ImportPath,Name,ForTest,GoFiles,CgoFiles,Imports,ImportMap,Standard,DepOnly,Module"}
	if *tests {
		args = append(args, "-test")
	}
	if *tags != "" {
		args = append(args, "-tags", *tags)
	}
	cmd := exec.Command("go", append(append(args, "--"), patterns...)...)
	cmd.Dir = l.root
	cmd.Stderr = os.Stderr
	cmd.Env = os.Environ()
	if *cgo {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1")
	} else {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=0")
	}
	pipe, err := cmd.StdoutPipe()
	check(err)
	check(cmd.Start())
	var order []*listed
	dec := json.NewDecoder(pipe)
	for {
		p := new(listed)
		if err := dec.Decode(p); err == io.EOF {
			break
		} else {
			check(err)
		}
		order = append(order, p)
		l.listed[p.ImportPath] = p
	}
	_ = cmd.Wait()
	// A root with a test variant of its own is printed as that variant.
	for _, p := range order {
		if p.ForTest != "" && !p.DepOnly && p.ImportPath == p.ForTest+" ["+p.ForTest+".test]" {
			if plain := l.listed[p.ForTest]; plain != nil {
				plain.DepOnly = true
			}
		}
	}
	return order
}

var lang = regexp.MustCompile(`^//.*-lang=(go[0-9.]+)`)

// adHoc makes a package of a file, or of the files of a directory. Its language version is that of a -lang flag in its first line.
func (l *loader) adHoc(name string) *listed {
	p := &listed{ImportPath: name, Name: name, Dir: l.root}
	full := filepath.Join(l.root, name)
	if info, err := os.Stat(full); err == nil && info.IsDir() {
		p.GoFiles, _ = filepath.Glob(filepath.Join(full, "*.go"))
	} else {
		p.GoFiles = []string{full}
	}
	if len(p.GoFiles) > 0 {
		text, _ := os.ReadFile(p.GoFiles[0])
		line, _, _ := bytes.Cut(text, []byte("\n"))
		if found := lang.FindSubmatch(line); found != nil {
			p.Module = &struct{ GoVersion string }{strings.TrimPrefix(string(found[1]), "go")}
		}
	}
	return p
}

type importer struct {
	l    *loader
	from *listed
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	id := path
	if mapped, ok := i.from.ImportMap[path]; ok {
		id = mapped
	}
	if p := i.l.packages[id]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %s is not there", id)
}

// cgoTypes is what cgo declares in a package: aliases and the underlying types of the rest, by name.
type cgoTypes struct {
	Aliases map[string]string `json:"aliases"`
	Types   map[string]string `json:"types"`
}

func declaredByCgo(pkg *types.Package) *cgoTypes {
	declared := &cgoTypes{map[string]string{}, map[string]string{}}
	for _, name := range pkg.Scope().Names() {
		obj, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || !strings.HasPrefix(name, "_Ctype_") {
			continue
		}
		if alias, ok := obj.Type().(*types.Alias); ok {
			declared.Aliases[name] = types.TypeString(alias.Rhs(), nil)
		} else {
			declared.Types[name] = types.TypeString(obj.Type().Underlying(), nil)
		}
	}
	return declared
}

const generated = "_cgo_gotypes.go"

// usesCgo sets the unexported field that go/packages sets for the same purpose.
func usesCgo(conf *types.Config) {
	field := reflect.ValueOf(conf).Elem().FieldByName("go115UsesCgo")
	*(*bool)(field.Addr().UnsafePointer()) = true
}

// check type-checks a package; of those that were named, the rows and where errors are.
func (l *loader) check(p *listed) ([]row, []place, *cgoTypes) {
	var files []*ast.File
	names := append(append([]string{}, p.GoFiles...), p.CgoFiles...)
	withCgo := false
	for _, one := range strings.Split(*made, ",") {
		if path, file, ok := strings.Cut(one, "="); ok && path == p.ImportPath {
			names, withCgo = append(names, file), true
		}
	}
	parsed := make([]*ast.File, len(names))
	broken := make([]scanner.ErrorList, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.Dir, name)
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			f, err := parser.ParseFile(l.fset, name, nil, parser.SkipObjectResolution|parser.ParseComments)
			if err != nil {
				fmt.Fprintln(os.Stderr, "syntax:", err)
				broken[i], _ = err.(scanner.ErrorList)
			}
			if f != nil && f.Package.IsValid() {
				parsed[i] = f
			}
		}()
	}
	wg.Wait()
	for _, f := range parsed {
		if f != nil {
			files = append(files, f)
		}
	}
	version := runtime.Version()
	if i := strings.IndexAny(version, " -"); i >= 0 {
		version = version[:i]
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		version = "go" + p.Module.GoVersion
	}
	errors := []place{}
	for _, list := range broken {
		for _, err := range list {
			errors = append(errors, place{l.fileName(err.Pos.Filename), err.Pos.Offset})
		}
	}
	goarch := os.Getenv("GOARCH")
	if goarch == "" {
		goarch = runtime.GOARCH
	}
	conf := types.Config{
		GoVersion:        version,
		IgnoreFuncBodies: p.DepOnly,
		FakeImportC:      !withCgo,
		Importer:         importer{l, p},
		Sizes:            types.SizesFor("gc", goarch),
		Error: func(err error) {
			if p.DepOnly {
				return
			}
			fmt.Fprintln(os.Stderr, "types:", err)
			if err, ok := err.(types.Error); ok && err.Pos.IsValid() {
				file := l.fset.File(err.Pos)
				errors = append(errors, place{l.fileName(file.Name()), int(err.Pos) - file.Base()})
			}
		},
	}
	if withCgo {
		usesCgo(&conf)
	}
	path := p.ImportPath
	if i := strings.Index(path, " ["); i >= 0 {
		path = path[:i]
	}
	var info *types.Info
	if !p.DepOnly {
		info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	}
	pkg, _ := conf.Check(path, l.fset, files, info)
	if pkg != nil {
		l.packages[p.ImportPath] = pkg
	}
	if info == nil {
		return nil, nil, nil
	}
	var rows []row
	for _, f := range files {
		if filepath.Base(l.fset.File(f.Package).Name()) != generated {
			rows = append(rows, l.rows(f, info)...)
		}
	}
	if withCgo && pkg != nil {
		return rows, errors, declaredByCgo(pkg)
	}
	return rows, errors, nil
}

func (l *loader) rows(f *ast.File, info *types.Info) []row {
	var rows []row
	file := l.fset.File(f.Package)
	name := l.fileName(file.Name())
	ast.Inspect(f, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		r := row{File: name}
		tv, typed := info.Types[e]
		var obj types.Object
		switch e := e.(type) {
		case *ast.Ident:
			if obj = info.Uses[e]; obj == nil {
				obj = info.Defs[e]
			}
		case *ast.SelectorExpr:
			obj = info.Uses[e.Sel]
		}
		if typed {
			r.Mode, r.Type = modeOf(tv), types.TypeString(tv.Type, nil)
			if tv.Value != nil {
				r.Value = tv.Value.ExactString()
			}
		} else {
			if id, ok := e.(*ast.Ident); !ok || obj == nil || id == nil {
				return true
			}
			if !objectRow(&r, obj) {
				return true
			}
		}
		if obj != nil {
			r.Object = l.object(obj)
		}
		// Offsets from the start of the physical file; a broken file may have nodes that end past it.
		r.Start, r.End = int(e.Pos())-file.Base(), min(int(e.End())-file.Base(), file.Size())
		rows = append(rows, r)
		return true
	})
	return rows
}

func modeOf(tv types.TypeAndValue) string {
	switch {
	case tv.IsVoid():
		return "novalue"
	case tv.IsBuiltin():
		return "builtin"
	case tv.IsType():
		return "type"
	case tv.Value != nil:
		return "constant"
	case tv.IsNil():
		return "nil"
	case tv.HasOk():
		return "commaok"
	case tv.IsValue():
		return "value"
	}
	if _, ok := tv.Type.(*types.Signature); ok && *made != "" {
		return "value" // a function of C that is called, which has a mode of its own
	}
	return "invalid"
}

// objectRow describes an identifier that has an object but no entry in Types: a declared name, a selector's name, a field key.
func objectRow(r *row, obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.PkgName, *types.Label:
		return false
	case *types.Const:
		r.Mode = "constant"
		if obj.Val() != nil {
			r.Value = obj.Val().ExactString()
		}
	case *types.TypeName:
		r.Mode = "type"
	case *types.Builtin:
		r.Mode = "builtin"
	case *types.Nil:
		r.Mode = "nil"
	default:
		r.Mode = "value"
	}
	r.Type = types.TypeString(obj.Type(), nil)
	return true
}

func (l *loader) fileName(name string) string {
	name = filepath.ToSlash(name)
	if rest, ok := strings.CutPrefix(name, filepath.ToSlash(l.root)+"/"); ok {
		return rest
	}
	return name
}

// object names obj: by position when it is local, else by package path and the names that lead to it.
func (l *loader) object(obj types.Object) any {
	switch o := obj.(type) {
	case *types.Var:
		obj = o.Origin()
	case *types.Func:
		obj = o.Origin()
	case *types.PkgName:
		return nil
	}
	pkg := obj.Pkg()
	if pkg == nil || pkg == types.Unsafe {
		return universeName(obj)
	}
	if obj.Pos().IsValid() && filepath.Base(l.fset.File(obj.Pos()).Name()) == generated {
		return nil
	}
	known, ok := l.paths.Load(pkg)
	if !ok {
		known = packagePaths(pkg)
		l.paths.Store(pkg, known)
	}
	if path, ok := known.(map[types.Object]string)[obj]; ok {
		return pkg.Path() + "." + path
	}
	if !obj.Pos().IsValid() {
		return nil
	}
	file := l.fset.File(obj.Pos())
	return place{l.fileName(file.Name()), int(obj.Pos()) - file.Base()}
}

func universeName(obj types.Object) any {
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		return "error." + obj.Name()
	}
	if obj.Pkg() != nil {
		return obj.Pkg().Path() + "." + obj.Name()
	}
	return obj.Name()
}

// packagePaths gives a name path to what can be reached by names from package scope: objects, methods, and fields and interface
// methods of declared types and variables, also of unnamed structs inside them. Fields belong to the declaration they stand in (the
// last package-level name before them), so that `type A B` takes none from B. A path means one object only.
func packagePaths(pkg *types.Package) map[types.Object]string {
	paths, used := map[types.Object]string{}, map[string]bool{}
	scope := pkg.Scope()
	var declared []token.Pos
	for _, name := range scope.Names() {
		declared = append(declared, scope.Lookup(name).Pos())
	}
	slices.Sort(declared)
	var within types.Object
	inside := func(obj types.Object) bool {
		at, _ := slices.BinarySearch(declared, obj.Pos())
		return at > 0 && declared[at-1] == within.Pos()
	}
	add := func(obj types.Object, path string) bool {
		if _, ok := paths[obj]; ok || used[path] {
			return false
		}
		paths[obj], used[path] = path, true
		return true
	}
	var walk func(t types.Type, path string)
	walk = func(t types.Type, path string) {
		switch t := t.(type) {
		case *types.Pointer:
			walk(t.Elem(), path)
		case *types.Slice:
			walk(t.Elem(), path)
		case *types.Array:
			walk(t.Elem(), path)
		case *types.Chan:
			walk(t.Elem(), path)
		case *types.Map:
			walk(t.Key(), path)
			walk(t.Elem(), path)
		case *types.Struct:
			for i := range t.NumFields() {
				f := t.Field(i)
				if inside(f) && add(f, path+"."+f.Name()) {
					walk(f.Type(), path+"."+f.Name())
				}
			}
		case *types.Interface:
			for i := range t.NumExplicitMethods() {
				if m := t.ExplicitMethod(i); inside(m) {
					add(m, path+"."+m.Name())
				}
			}
		}
	}
	for _, name := range scope.Names() {
		add(scope.Lookup(name), name)
	}
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		within = obj
		switch t := obj.Type().(type) {
		case *types.Named:
			if _, ok := obj.(*types.TypeName); !ok || t.Obj() != obj {
				continue
			}
			for i := range t.NumMethods() {
				add(t.Method(i), name+"."+t.Method(i).Name())
			}
			walk(t.Underlying(), name)
		case *types.Alias:
			if t.Obj() == obj {
				walk(t.Rhs(), name)
			}
		default:
			if _, ok := obj.(*types.Var); ok {
				walk(t, name)
			}
		}
	}
	return paths
}
