// copylocks: a value that holds a lock, or another type of sync or sync/atomic that must stay where it is, is copied. See rule.md.
import {inLoop, localOf, mentions} from '../../analysis/cgo/local-variable.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {copies, type Copy, copyWording, pinnedTypes} from '../../analysis/reading/copies.ts'
import {holdsByValue, namedPath} from '../../analysis/reading/named.ts'
import type {Node} from '../../go/syntax/ast.ts'
import {typeString} from '../../go/types/type-string.ts'

const insteadOf: Readonly<Record<Copy['how'], string>> = {
  receiver: 'Give the method a pointer receiver',
  parameter: 'Take a pointer',
  assignment: 'Keep a pointer',
  argument: 'Pass a pointer',
  result: 'Return a pointer',
  range: 'Range over the indices, or over pointers',
  literal: 'Leave the field at its zero value and fill it there, or store a pointer',
}

export default defineRule({
  id: 'copylocks',
  title: 'A value with a lock in it is copied',
  severity: 'warning',
  confidence: 0.95,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync', 'https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/copylock'],
  messages: {
    copy: {
      what: '{how} of {type}{holds}',
      why: 'the copy has a state of its own: what locks or counts on it does not see what happens on the original',
      next: '{instead}.',
    },
  },

  run(pass) {
    for (const {at, type, how} of copies(pass)) {
      const held = holdsByValue(type, pinnedTypes)
      if (held !== undefined)
        pass.report(at, 'copy', {
          ...(isMoved(pass, at) ? {severity: 'info' as const} : {}),
          data: {
            how: copyWording[how],
            instead: insteadOf[how],
            type: typeString(type, pkg => pkg.name),
            holds:
              held.via === '' && held.path === namedPath(type)
                ? ''
                : `, which holds ${held.path}${held.via === '' ? '' : ` in ${held.via}`}`,
          },
        })
    }
  },
})

/** A local variable that nobody has the address of, or asks for behind the copy: the copy takes its place. */
function isMoved(pass: Pass<'copy'>, at: Node): boolean {
  const value = at.kind === 'Ident' ? localOf(pass, at) : undefined
  const around = pass.enclosingFunction(at)
  if (value?.varKind !== 'local' || around === undefined || inLoop(pass, at)) return false
  return mentions(pass, value).every(mention => {
    const parent = pass.parent(mention)
    return mention.pos <= at.pos && pass.enclosingFunction(mention) === around && !(parent?.kind === 'UnaryExpr' && parent.op === '&')
  })
}
