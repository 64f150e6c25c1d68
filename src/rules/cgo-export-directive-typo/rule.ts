// cgo-export-directive-typo: a comment that was meant as //export and that cgo does not read. See rule.md.
import {importsC} from '../../analysis/cgo/c-member.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Comment, File, FuncDecl} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgo-export-directive-typo',
  title: 'An //export that cgo does not see',
  severity: 'warning',
  confidence: 0.9,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go', 'https://github.com/golang/go/blob/go1.26.0/src/cmd/cgo/ast.go'],
  messages: {
    spelling: {
      what: '{comment} is not a directive: it must be written //export {name}',
      why: 'cgo reads only //export, in small letters and without a space behind the slashes; anything else is a comment, and {name} is not exported to C',
      next: 'Write //export {name}.',
    },
    detached: {
      what: '{comment} does not belong to the function {name}: an empty line or another declaration lies between them',
      why: 'cgo looks for //export in the comment directly above a function; elsewhere it is a comment like any other',
      next: 'Put it directly above func {name}.',
    },
    noImport: {
      what: '{comment} stands in a file that does not import "C"',
      why: 'cgo does not look at such files, so {name} is not exported to C',
      next: 'Add import "C" to this file.',
    },
  },

  run(pass) {
    const packageUsesC = pass.package.files.some(file => importsC(file.state.tree))
    if (!packageUsesC) return
    for (const file of pass.package.files) {
      const {tree} = file.state
      const functions = tree.decls.filter(decl => decl.kind === 'FuncDecl')
      if (/tinygo|wasm/.test(buildLines(tree))) continue // TinyGo reads //export too
      for (const group of tree.comments) {
        for (const comment of group.list) {
          const written = /^\/\/(\s*)(export)\s+([A-Za-z_]\w*)\s*(?:\/\/.*)?$/i.exec(comment.text)
          const name = written?.[3] ?? ''
          const owner = functions.find(decl => decl.doc === group || decl.doc?.pos === group.pos)
          const meant = owner ?? nextFunction(functions, comment)
          if (written === null || meant === undefined) continue
          const exact = written[1] === '' && written[2] === 'export'
          const data = {name: meant.name.name, comment: comment.text.replace(/\s*\/\/(?!.*export).*$/i, '').trim()}
          if (exact && !importsC(tree)) pass.report(comment, 'noImport', {data})
          else if (exact && owner === undefined && meant.name.name === name) pass.report(comment, 'detached', {data})
          else if (!exact && owner?.name.name === name && importsC(tree) && !alsoExported(owner)) {
            const fix = {file: file.path, start: comment.pos, end: comment.end, text: `//export ${name}`}
            pass.report(comment, 'spelling', {data, fixes: [{kind: 'suggestion', title: `Write //export ${name}`, edits: [fix]}]})
          }
        }
      }
    }
  },
})

const alsoExported = (decl: FuncDecl): boolean => decl.doc?.list.some(one => one.text.startsWith('//export ')) ?? false

/** The function that follows a comment outside of any body. */
function nextFunction(functions: readonly FuncDecl[], comment: Comment): FuncDecl | undefined {
  if (functions.some(decl => comment.pos >= decl.pos && comment.pos < decl.end)) return undefined
  return functions.find(decl => decl.pos > comment.pos)
}

const buildLines = (tree: File): string =>
  tree.comments
    .filter(group => group.pos < tree.package)
    .flatMap(group => group.list.map(one => one.text))
    .filter(text => /^\/\/\s*(?:go:build|\+build)/.test(text))
    .join('\n')
