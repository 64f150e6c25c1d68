// cgo-close-not-idempotent: a Close method that frees the same C object again when it is called again. See rule.md.
import {cOwners, guardsItself, receiverOf, releaseIn} from '../../analysis/cgo/c-owner.ts'
import {defineRule} from '../../analysis/engine/rule.ts'

/** A Delete beside a Free is about what the object stands for, such as a branch, not about its memory. */
const deletes = /^(?:Delete|Remove)/
const releases = /^(?:Free|Close|Destroy|Release|Dispose)$/

export default defineRule({
  id: 'cgo-close-not-idempotent',
  title: 'A second Close frees the C object twice',
  severity: 'warning',
  confidence: 0.8,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/io#Closer', 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C'],
  messages: {
    twice: {
      what: 'a second {type}.{method} frees {field} again',
      why: 'nothing here notices that it ran before, and a double free in C corrupts the heap or ends the process; a deferred Close beside an explicit one is common Go',
      next: 'Return when {field} is nil, and set it to nil behind the release; use sync.Once where goroutines may race.',
    },
  },

  run(pass) {
    for (const {spec, fields, methods} of cOwners(pass)) {
      for (const method of methods) {
        const receiver = receiverOf(pass, method)
        if (method.body === undefined || receiver === undefined || !/^[A-Z]/.test(method.name.name) || !isClosing(method.name.name))
          continue
        if (deletes.test(method.name.name) && methods.some(one => releases.test(one.name.name))) continue
        for (const field of fields) {
          const release = releaseIn(pass, method, field.name.name)
          if (release === undefined || guardsItself(pass, method.body, receiver)) continue
          const data = {type: spec.name.name, method: method.name.name, field: `${receiver.name}.${field.name.name}`}
          pass.report(release, 'twice', {data, related: [{node: method.name, label: 'the method'}]})
          break
        }
      }
    }
  },
})

const isClosing = (name: string): boolean => /^(?:Close|Free|Destroy|Release|Delete|Dispose|Shutdown|Terminate|Finalize)$/.test(name)
