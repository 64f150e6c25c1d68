// cgo-exported-c-type: an exported function, method, field or variable whose type is C's. See rule.md.
import {cMember, unparen, type AnyPass} from '../../analysis/cgo/c-member.ts'
import {receiverType} from '../../analysis/cgo/c-owner.ts'
import {exportedFunctions} from '../../analysis/cgo/exported-function.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Expr, FieldList, File} from '../../go/syntax/ast.ts'

export default defineRule({
  id: 'cgo-exported-c-type',
  title: 'The exported API mentions a C type',
  severity: 'warning',
  confidence: 0.95,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C'],
  messages: {
    exported: {
      what: '{name} exported and {verb} {type}',
      why: 'cgo makes an unexported Go type of a C type in each package by itself: another package cannot name {type} of this one, and its own {type} is a different type',
      next: 'Use a Go type, or declare one that wraps it.',
    },
  },

  run(pass) {
    if (pass.package.types.name === 'main' || /(?:^|\/)internal(?:\/|$)/.test(pass.packagePath)) return
    for (const file of pass.package.files) {
      if (!file.path.endsWith('_test.go') && !file.generated)
        for (const one of mentioned(pass, file.state.tree))
          pass.report(one.type, 'exported', {data: {...named(one.names), type: pass.text(one.type)}})
    }
  },
})

const isExported = (name: string): boolean => /^\p{Lu}/u.test(name)

/** All that one line declares: mending the first alone would bring up the next. */
const named = (names: readonly string[]) =>
  names.length === 1
    ? {name: `${names[0]} is`, verb: 'mentions'}
    : {name: `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are`, verb: 'mention'}

/** What the exported declarations of a file mention, one for each declaration. */
function mentioned(pass: AnyPass, tree: File): {names: readonly string[]; type: Expr}[] {
  const forC = new Set(exportedFunctions(tree).map(one => one.decl))
  return tree.decls.flatMap(decl => {
    if (decl.kind === 'FuncDecl') {
      const receiver = receiverType(decl)
      if (!isExported(decl.name.name) || forC.has(decl) || (decl.recv !== undefined && (receiver === undefined || !isExported(receiver))))
        return []
      const type = inFields(pass, decl.type.params) ?? (decl.type.results === undefined ? undefined : inFields(pass, decl.type.results))
      return type === undefined ? [] : [{names: [receiver === undefined ? decl.name.name : `${receiver}.${decl.name.name}`], type}]
    }
    if (decl.kind !== 'GenDecl') return []
    return decl.specs.flatMap(spec => {
      if (spec.kind === 'ValueSpec') {
        const names = spec.names.map(one => one.name).filter(isExported)
        const type = spec.type === undefined ? undefined : inType(pass, spec.type)
        return names.length === 0 || type === undefined ? [] : [{names, type}]
      }
      if (spec.kind !== 'TypeSpec' || !isExported(spec.name.name)) return []
      const struct = unparen(spec.type)
      if (struct.kind !== 'StructType') return []
      return struct.fields.list.flatMap(field => {
        const names = field.names.map(one => one.name).filter(isExported)
        const type = field.type === undefined ? undefined : inType(pass, field.type)
        return names.length === 0 || type === undefined ? [] : [{names: names.map(name => `${spec.name.name}.${name}`), type}]
      })
    })
  })
}

function inFields(pass: AnyPass, fields: FieldList): Expr | undefined {
  for (const field of fields.list) {
    const type = field.type === undefined ? undefined : inType(pass, field.type)
    if (type !== undefined) return type
  }
  return undefined
}

/** `C.T` inside of a type that is spelled out. */
function inType(pass: AnyPass, expr: Expr): Expr | undefined {
  const at = unparen(expr)
  if (cMember(pass, at) !== undefined) return at
  switch (at.kind) {
    case 'StarExpr':
      return inType(pass, at.x)
    case 'ArrayType':
      return inType(pass, at.elt)
    case 'Ellipsis':
      return at.elt === undefined ? undefined : inType(pass, at.elt)
    case 'MapType':
      return inType(pass, at.key) ?? inType(pass, at.value)
    case 'ChanType':
      return inType(pass, at.value)
    case 'FuncType':
      return inFields(pass, at.params) ?? (at.results === undefined ? undefined : inFields(pass, at.results))
    default:
      return undefined
  }
}
