// linkname-runtime: //go:linkname that pulls in a symbol of the run time or of another internal package of Go. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {CheckedFile} from '../../analysis/engine/checked-package.ts'
import type {Node} from '../../go/syntax/ast.ts'

/** First elements of import paths of the standard library. */
const standard =
  /^(?:archive|bufio|builtin|bytes|cmd|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|structs|sync|syscall|testing|text|time|unicode|unique|unsafe|vendor|weak)(?:_test)?(?:\/|$)/
const internal = /^(?:runtime|internal|sync|reflect|syscall|time|os|net|crypto)(?:\/[\w/]+)?\./

/** What is exported and does the same, by the private symbol. */
const exported: readonly (readonly [RegExp, string])[] = [
  [/^(?:runtime|time)\.(?:nanotime1?|cputicks|runtimeNano|walltime|now)$/, 'time.Now and time.Since'],
  [/^runtime\.(?:mem|str)hash$/, 'hash/maphash'],
  [/^runtime\.(?:fastrand\w*|cheaprand\w*|rand)$/, 'math/rand/v2 (Go 1.22)'],
  [/^runtime\.memclr\w*$/, 'clear (Go 1.21)'],
  [/^(?:runtime|reflect)\.(?:typed)?memmove$/, 'copy'],
  [/^(?:runtime|reflect|bytes|strings)\.memequal\w*$/, 'bytes.Equal'],
  [/^runtime\.makeslice\w*$/, 'make'],
  [/^(?:runtime|reflect)\.growslice$/, 'append, or slices.Grow (Go 1.21)'],
  [/^reflect\.maplen$/, 'the method Len of reflect.Value'],
  [/^reflect\.makemap$/, 'reflect.MakeMapWithSize'],
  [/^reflect\.map(?:assign|delete)\w*$/, 'the method SetMapIndex of reflect.Value'],
  [/^reflect\.mapaccess\w*$/, 'the method MapIndex of reflect.Value'],
  [/^reflect\.mapiter\w*$/, 'the method MapRange of reflect.Value (Go 1.12)'],
  [/^runtime\.gcount$/, 'runtime.NumGoroutine'],
  [/^runtime\.(?:gogetenv)$/, 'os.Getenv'],
  [/stats?$|metric|memstats/i, 'an exported function, such as those of runtime/metrics, runtime/pprof and runtime/trace'],
]

export default defineRule({
  id: 'linkname-runtime',
  title: 'A private symbol of the run time is pulled in by its name',
  severity: 'warning',
  confidence: 0.9,
  preset: 'strict',
  since: '0.1',
  sources: ['https://github.com/golang/go/issues/67401', 'https://go.dev/doc/go1.23#linker'],
  messages: {
    pull: {
      what: '{local} is linked to {target}, which is private to Go',
      why: 'it calls whatever has that name in the Go version at hand, without any check of its parameters; since Go 1.23 the linker refuses such a reference unless Go itself marks the symbol, and it never intercepts the calls that Go makes',
      next: 'Use {instead}, or keep a way for the Go versions that refuse or change the symbol.',
    },
    variable: {
      what: '{local} is linked to {target}, which is private to Go',
      why: 'it is whatever variable has that name in the Go version at hand, without any check of its type; since Go 1.23 the linker refuses such a reference unless Go itself marks the symbol',
      next: 'Use {instead}, or keep a way for the Go versions that refuse or change the symbol.',
    },
  },

  run(pass) {
    if (standard.test(pass.packagePath)) return
    for (const file of pass.package.files) {
      for (const group of file.state.tree.comments) {
        for (const comment of group.list) {
          const found = /^\/\/go:linkname\s+(\w+)\s+(\S+)\s*(?:\/\/.*)?$/.exec(comment.text)
          const [local, target] = [found?.[1], found?.[2]]
          if (local === undefined || target === undefined || !internal.test(target)) continue
          const declared = declarationOf(file, local)
          const instead = exported.find(([symbol]) => symbol.test(target))?.[1] ?? 'an exported function'
          if (declared === undefined) continue
          const isFunction = declared.of === 'function'
          pass.report(comment, isFunction ? 'pull' : 'variable', {
            data: {local, target, instead},
            related: [{node: declared.name, label: isFunction ? 'declared here, without a body' : 'declared here'}],
          })
        }
      }
    }
  },
})

/** A function without body or a variable without value: a pull. With a body it is a push, which gives a name away. */
function declarationOf(file: CheckedFile, name: string): {readonly of: 'function' | 'variable'; readonly name: Node} | undefined {
  for (const decl of file.state.tree.decls) {
    if (decl.kind === 'FuncDecl' && decl.name.name === name) return decl.body === undefined ? {of: 'function', name: decl.name} : undefined
    if (decl.kind !== 'GenDecl' || decl.tok !== 'var') continue
    for (const spec of decl.specs)
      if (spec.kind === 'ValueSpec' && spec.values.length === 0)
        for (const ident of spec.names) if (ident.name === name) return {of: 'variable', name: ident}
  }
  return undefined
}
