// sync-pool-partial-reset: the reset method of a pooled struct leaves out a field that other methods write. See rule.md.
import {must} from '../../base/answer.ts'
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {pointee} from '../../analysis/reading/named.ts'
import {callsIn, isGenerated, unparen, variableOf, walk} from '../../analysis/reading/terms.ts'
import type {FuncDecl, Node, SliceExpr} from '../../go/syntax/ast.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'
import type {GoObject, Var} from '../../go/types/objects.ts'
import {objectType} from '../../go/types/objects.ts'
import type {Type} from '../../go/types/types.ts'
import {asNamed, originOf, underlying} from '../../go/types/underlying.ts'

type ResetPass = Pass<'left'>

const resets = /^(?:[Rr]eset|[Cc]lear)$/

export default defineRule({
  id: 'sync-pool-partial-reset',
  title: 'The reset of a pooled value leaves a field as it was',
  severity: 'warning',
  confidence: 0.75,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/sync#Pool'],
  messages: {
    left: {
      what: '{type}.{method} leaves {fields} as it was, which {writer} writes',
      why: 'values of this type come from a sync.Pool: the next user finds what the last one left there',
      next: 'Reset {fields} there too{further}.',
    },
  },

  run(pass) {
    const pooled = pooledTypes(pass)
    if (pooled.size === 0) return
    for (const decl of pass.nodes('FuncDecl')) {
      const receiver = decl.recv?.list[0]?.names[0]
      if (receiver === undefined || decl.body === undefined || !resets.test(decl.name.name) || isGenerated(pass, decl)) continue
      const object = variableOf(pass, receiver)
      const type = object?.type === undefined ? undefined : structOf(object.type)
      if (object === undefined || type === undefined || !pooled.has(type.name) || replacedForPool(pass, type.name)) continue
      const touched = touchedFields(pass, decl, object)
      if (touched === undefined || touched.size === 0) continue
      const missing = type.fields.flatMap(field => {
        if (touched.has(field) || keepsOnPurpose(field) || isNamedInComment(pass, field, decl) || isScratch(pass, field)) return []
        const writer = writerOf(pass, field, decl)
        return writer === undefined ? [] : [{field, writer}]
      })
      const first = missing[0]
      if (first === undefined) continue
      pass.report(decl.name, 'left', {
        data: {
          type: type.name.name,
          method: decl.name.name,
          further: keepsSpace(pass, decl)
            ? ''
            : `, or all fields at once with *${receiver.name} = ${type.name.name}{} where a new value begins with zeros`,
          fields: missing.map(({field}) => field.name).join(', '),
          writer: first.writer.name.name,
        },
        related: [{node: first.writer.name, label: `writes ${first.field.name}`}],
      })
    }
  },
})

function structOf(type: Type): {name: GoObject; fields: readonly Var[]} | undefined {
  const named = asNamed(pointee(type) ?? type)
  const under = named === undefined ? undefined : underlying(named)
  return named === undefined || under?.kind !== 'Struct' ? undefined : {name: originOf(named).obj, fields: under.fields}
}

/** Types that a Get is asserted to be. */
function pooledTypes(pass: ResetPass): Set<GoObject> {
  const found = new Set<GoObject>()
  for (const assertion of pass.nodes('TypeAssertExpr')) {
    const call = unparen(assertion.x)
    if (call.kind !== 'CallExpr' || !must(pass.callsMethod(call, 'sync.Pool', 'Get'))) continue
    const type = pass.typeOf(assertion)
    const struct = type === undefined ? undefined : structOf(type)
    if (struct !== undefined) found.add(struct.name)
  }
  return found
}

const usesPool = (pass: ResetPass, decl: FuncDecl, ...methods: readonly ('Get' | 'Put')[]): boolean =>
  decl.body !== undefined &&
  callsIn(pass, decl.body, true).some(call => methods.some(method => must(pass.callsMethod(call, 'sync.Pool', method))))

/** Whether the whole value is replaced (`*v = T{}`) where it is taken or put back: then a method of this name serves another purpose. */
function replacedForPool(pass: ResetPass, type: GoObject): boolean {
  for (const stmt of pass.nodes('AssignStmt')) {
    const left = stmt.lhs[0]
    const target = left === undefined ? undefined : unparen(left)
    if (target?.kind !== 'StarExpr') continue
    const replaced = pass.typeOf(target)
    const decl = declAround(pass, stmt)
    if (replaced !== undefined && structOf(replaced)?.name === type && decl !== undefined && usesPool(pass, decl, 'Get', 'Put')) return true
  }
  return false
}

/** Fields that the method mentions at all; undefined when it hands the value itself on or replaces it. */
function touchedFields(pass: ResetPass, decl: FuncDecl, receiver: GoObject): Set<GoObject> | undefined {
  const touched = new Set<GoObject>()
  let whole = false
  walk(decl.body!, at => {
    if (at.kind !== 'Ident' || variableOf(pass, at) !== receiver) return
    const parent = pass.parent(at)
    const selected = parent?.kind === 'SelectorExpr' && parent.x === at ? parent : undefined
    const field = selected === undefined ? undefined : variableOf(pass, selected)
    const selection = selected === undefined ? undefined : pass.selection(selected)
    if (field === undefined || selection === undefined || selection.index.length !== 1) {
      if (parent?.kind !== 'BinaryExpr') whole = true
    } else touched.add(field)
  })
  return whole ? undefined : touched
}

/** Locks, pools, channels, functions and what is blank belong to the value, not to its use. */
function keepsOnPurpose(field: Var): boolean {
  const type = objectType(field)
  const kind = underlying(type).kind
  const pkg = asNamed(pointee(type) ?? type)?.obj.pkg?.path
  return field.name === '_' || field.embedded || kind === 'Chan' || kind === 'Signature' || pkg === 'sync' || pkg === 'sync/atomic'
}

/** `x[:0]`: what has been allocated is used again, so the whole value must not be replaced. */
const keepsSpace = (pass: ResetPass, decl: FuncDecl) => pass.within(decl, 'SliceExpr').some(slice => isEmptied(pass, slice))

function isEmptied(pass: ResetPass, {low, high}: SliceExpr): boolean {
  const end = high === undefined ? undefined : pass.constantOf(high)
  return end !== undefined && smallIntVal(end) === 0 && low === undefined
}

/** A comment line in the method, or on it, speaks of the field. */
function isNamedInComment(pass: ResetPass, field: Var, decl: FuncDecl): boolean {
  const comments = [...(decl.doc?.list ?? []).map(({text}) => text), ...(pass.text(decl).match(/^\s*\/\/.*/gm) ?? [])]
  return comments.some(text => [...text.matchAll(/[\p{L}_][\p{L}\p{Nd}_]*/gu)].some(([word]) => word === field.name))
}

/** A slice whose every writer begins with none of what is in it, `append(x.buf[:0], …)`: only the space is kept. */
function isScratch(pass: ResetPass, field: Var): boolean {
  const own = field.origin ?? field
  if (underlying(objectType(own)).kind !== 'Slice') return false
  const writers = new Set(
    pass.nodes('AssignStmt').flatMap(stmt => {
      const writes = stmt.lhs.some(left => unparen(left).kind === 'SelectorExpr' && variableOf(pass, left) === own)
      return writes ? (declAround(pass, stmt) ?? []) : []
    }),
  )
  return [...writers].every(decl =>
    pass.within(decl, 'SliceExpr').some(slice => isEmptied(pass, slice) && variableOf(pass, slice.x) === own),
  )
}

/** A method of the type, apart from constructors, that assigns the field. */
function writerOf(pass: ResetPass, field: Var, reset: FuncDecl): FuncDecl | undefined {
  for (const stmt of pass.nodes('AssignStmt')) {
    for (const left of stmt.lhs) {
      const at = unparen(left)
      if (at.kind !== 'SelectorExpr' || variableOf(pass, at) !== (field.origin ?? field)) continue
      const decl = declAround(pass, stmt)
      if (decl !== undefined && usesPool(pass, decl, 'Get')) return undefined // set each time a value is taken
      if (decl !== undefined && decl !== reset && decl.recv !== undefined && !/^(?:[Nn]ew|[Ii]nit|[Ss]etup|[Ww]ith)/.test(decl.name.name))
        return decl
    }
  }
  return undefined
}

function declAround(pass: ResetPass, node: Node): FuncDecl | undefined {
  for (const at of pass.ancestors(node)) if (at.kind === 'FuncDecl') return at
  return undefined
}
