// automaxprocs-redundant: go.uber.org/automaxprocs where the runtime itself follows the CPU limit. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {languageVersionAt} from '../../analysis/reading/terms.ts'

/** Go 1.25: the default follows the cgroup's CPU limit (runtime/cgroup_linux.go). */
const cgroupAwareFrom = 25

export default defineRule({
  id: 'automaxprocs-redundant',
  title: 'automaxprocs with Go 1.25 or later',
  severity: 'info',
  confidence: 0.95,
  preset: 'default',
  since: '0.1',
  go: {min: '1.25'},
  sources: ['https://go.dev/doc/go1.25#container-aware-gomaxprocs', 'https://pkg.go.dev/go.uber.org/automaxprocs'],
  messages: {
    imported: {
      what: 'automaxprocs sets GOMAXPROCS by hand, which the runtime does by itself since Go 1.25',
      why: 'a value set by hand ends the updates when the CPU limit changes; the two differ: automaxprocs rounds the limit down, to at least 1, the runtime up, to at least 2',
      next: 'Remove the import, unless the lower number is wanted.',
    },
  },

  run(pass) {
    for (const spec of pass.nodes('ImportSpec')) {
      if (!/^["`]go\.uber\.org\/automaxprocs(?:\/maxprocs)?["`]$/.test(spec.path.value)) continue
      if ((languageVersionAt(pass, spec) ?? 0) >= cgroupAwareFrom) pass.report(spec, 'imported')
    }
  },
})
