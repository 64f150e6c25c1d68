// cgo-export-preamble-definition: a file with //export defines C functions or variables in its preamble. See rule.md.
import {exportedFunctions} from '../../analysis/cgo/exported-function.ts'
import {preambleDefinitions} from '../../analysis/cgo/preamble-function.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {File, ImportSpec} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgo-export-preamble-definition',
  title: 'A preamble defines what the linker then finds twice',
  severity: 'error',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go'],
  messages: {
    defines: {
      what: 'the preamble defines the {kind} {name}, and this file has //export {exported}',
      why: 'cgo copies the preamble of a file with //export into two C files, so the linker finds {name} twice',
      next: 'Declare it here and define it in another file, or make it static inline.',
    },
  },

  run(pass) {
    for (const file of pass.package.files) {
      const exported = exportedFunctions(file.state.tree)[0]
      const spec = exported === undefined ? undefined : importOfC(file.state.tree)
      if (exported === undefined || spec === undefined) continue
      const defined = preambleDefinitions(file.state.tree).find(one => one.defined && !one.local)
      if (defined === undefined) continue
      pass.report(spec, 'defines', {
        data: {kind: defined.kind, name: defined.name, exported: exported.name},
        related: [{node: exported.decl.name, label: 'exported here'}],
      })
    }
  },
})

const importOfC = (file: File): ImportSpec | undefined => file.imports.find(spec => spec.path.value === '"C"')
