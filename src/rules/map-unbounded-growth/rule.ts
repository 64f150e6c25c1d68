// map-unbounded-growth: a long-lived map that the module writes and nowhere deletes from, clears or replaces. See rule.md.
import {qualifiedName} from '../../analysis/engine/package-pass.ts'
import {defineModuleRule} from '../../analysis/engine/rule.ts'
import type {FactPlace, Pass} from '../../analysis/engine/pass.ts'
import {exactString} from '../../go/types/constant/constant.ts'
import type {CallExpr, Expr, Node} from '../../go/syntax/ast.ts'

import type {Func, GoObject, Var} from '../../go/types/objects.ts'
import {unalias, underlying} from '../../go/types/underlying.ts'

/** What one package says of a map: by `pkg.var` or `pkg.Type.field`. Serialisable. */
interface MapFact {
  readonly key: string
  /** As people write it: `Store.byToken`, `cache`. */
  readonly name: string
  readonly declared?: FactPlace
  readonly inserts: readonly FactPlace[]
  /** Deleted from, cleared, replaced, or out of sight: passed on, aliased, address taken. */
  readonly bounded: boolean
  /** Functions that insert what they are given: the values come from their callers. */
  readonly through: readonly string[]
}

/** A call of a function that may insert its arguments into a map of its own type or package. */
interface CallFact {
  readonly callee: string
  readonly place: FactPlace
}

interface Facts {
  readonly maps: readonly MapFact[]
  readonly calls: readonly CallFact[]
}

/** Callers shown of one map at most. */
const callersMax = 8

export default defineModuleRule<'grows', Facts>({
  id: 'map-unbounded-growth',
  title: 'A long-lived map is written and never deleted from',
  severity: 'info',
  confidence: 0.3,
  preset: 'evidence',
  since: '0.1',
  sources: ['https://github.com/golang/go/issues/20135', 'https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/maps/map.go'],
  messages: {
    grows: {
      what: '{map} gets an entry for each key it meets here, and nothing in the module deletes from it, clears it or replaces it',
      why: 'an entry keeps its key and value alive for as long as the map lives',
      next: 'Delete entries when they end, or bound the map by size or age.',
    },
  },

  collect(pass) {
    const facts = new Map<string, Gathered>()
    const factOf = (target: Target): Gathered => {
      const found = facts.get(target.key)
      if (found) return found
      const fact: Gathered = {name: target.name, inserts: [], bounded: false, through: []}
      facts.set(target.key, fact)
      return fact
    }
    declarations(pass, factOf)
    for (const kind of ['Ident', 'SelectorExpr'] as const) {
      for (const node of pass.nodes(kind)) {
        if (kind === 'Ident' && pass.parent(node)?.kind === 'SelectorExpr') continue
        const target = targetOf(pass, node)
        if (target === undefined) continue
        const use = useOf(pass, node)
        const fact = factOf(target)
        if (use.kind === 'bounds') fact.bounded = true
        else if (use.kind === 'inserts') {
          fact.inserts.push(pass.place(use.at))
          const through = insertingFunction(pass, use.at)
          if (through !== undefined && !fact.through.includes(through)) fact.through.push(through)
        }
      }
    }
    return {maps: [...facts].map(([key, fact]) => ({key, ...fact})), calls: callsOfKeepers(pass)}
  },

  conclude(pass, facts) {
    const merged = new Map<string, Gathered>()
    for (const {fact} of facts) {
      for (const one of fact.maps) {
        const whole = merged.get(one.key) ?? {name: one.name, inserts: [], bounded: false, through: []}
        merged.set(one.key, {
          name: whole.name,
          inserts: [...whole.inserts, ...one.inserts],
          through: [...whole.through, ...one.through],
          bounded: whole.bounded || one.bounded,
          ...(one.declared === undefined ? (whole.declared === undefined ? {} : {declared: whole.declared}) : {declared: one.declared}),
        })
      }
    }
    const calls = facts.flatMap(({fact}) => fact.calls)
    for (const {name, declared, inserts, bounded, through} of merged.values()) {
      const insert = inserts[0]
      if (bounded || insert === undefined || declared === undefined) continue
      const callers = calls.filter(call => through.includes(call.callee)).slice(0, callersMax)
      pass.report(insert, 'grows', {
        data: {map: name},
        related: [
          {place: declared, label: 'declared here'},
          ...inserts.slice(1).map(place => ({place, label: 'and written here'})),
          ...callers.map(({place}) => ({place, label: 'what is stored comes from here'})),
        ],
      })
    }
  },
})

type CollectPass = Pass<never>

interface Target {
  readonly key: string
  readonly name: string
}

interface Gathered {
  name: string
  declared?: FactPlace
  inserts: FactPlace[]
  bounded: boolean
  through: string[]
}

/** Package-level maps, and map fields of struct types that a package-level variable or a constructor keeps. */
function declarations(pass: CollectPass, factOf: (target: Target) => Gathered): void {
  for (const spec of pass.nodes('ValueSpec')) {
    for (const name of spec.names) {
      const target = targetOf(pass, name)
      if (target !== undefined) factOf(target).declared = pass.place(name)
    }
  }
  for (const field of pass.nodes('Field')) {
    for (const name of field.names) {
      const object = pass.objectOf(name)
      const target = object?.kind === 'Var' && object.varKind === 'field' ? targetOfField(pass, name, object) : undefined
      if (target !== undefined) factOf(target).declared = pass.place(name)
    }
  }
}

/** The map a name or selector means, if it is a package-level map or a map field of a named type of this module. */
function targetOf(pass: CollectPass, node: Node): Target | undefined {
  if (node.kind === 'Ident') {
    const object = pass.objectOf(node)
    if (object?.kind !== 'Var' || object.varKind !== 'package' || !isMap(object)) return undefined
    return {key: `${object.pkg?.path ?? ''}.${object.name}`, name: object.name}
  }
  if (node.kind !== 'SelectorExpr') return undefined
  const object = pass.objectOf(node.sel)
  if (object?.kind !== 'Var' || !isMap(object)) return undefined
  if (object.varKind === 'package') return {key: `${object.pkg?.path ?? ''}.${object.name}`, name: object.name}
  if (object.varKind !== 'field') return undefined
  const field = object.origin ?? object
  return fieldTarget(field, ownerOf(pass, field))
}

function targetOfField(pass: CollectPass, name: Node, field: Var): Target | undefined {
  if (!isMap(field)) return undefined
  for (const at of pass.ancestors(name)) if (at.kind === 'TypeSpec') return fieldTarget(field, at.name.name)
  return undefined
}

const fieldTarget = (field: Var, owner: string | undefined) =>
  owner === undefined ? undefined : {key: `${field.pkg?.path ?? ''}.${owner}.${field.name}`, name: `${owner}.${field.name}`}

/** Name of the declared type a field belongs to, by the position of the field in its file. */
function ownerOf(pass: CollectPass, field: Var): string | undefined {
  const file = field.file
  if (file === undefined) return undefined
  void pass
  for (const decl of file.tree.decls) {
    if (decl.kind !== 'GenDecl' || decl.tok !== 'type' || field.pos < decl.pos || field.pos >= decl.end) continue
    for (const spec of decl.specs) if (spec.kind === 'TypeSpec' && field.pos >= spec.pos && field.pos < spec.end) return spec.name.name
  }
  return undefined
}

function isMap(object: GoObject): boolean {
  return object.type !== undefined && underlying(object.type).kind === 'Map'
}

type Use = {readonly kind: 'reads'} | {readonly kind: 'bounds'} | {readonly kind: 'inserts'; readonly at: Node}

/** What one mention of the map does with it. Whatever is not understood bounds it: unknown means "do not claim". */
function useOf(pass: CollectPass, mention: Node): Use {
  let node = mention
  let parent = pass.parent(node)
  while (parent?.kind === 'ParenExpr') [node, parent] = [parent, pass.parent(parent)]
  switch (parent?.kind) {
    case 'IndexExpr':
      return parent.x === node ? indexUse(pass, parent) : {kind: 'bounds'}
    case 'RangeStmt':
      return {kind: parent.x === node ? 'reads' : 'bounds'}
    case 'CallExpr': {
      const callee = pass.calleeOf(parent)
      if (callee?.kind !== 'Builtin' || callee.name !== 'len') return {kind: 'bounds'} // delete, clear, or out of sight
      return {kind: boundsLength(pass, parent) ? 'bounds' : 'reads'}
    }
    case 'BinaryExpr':
      return {kind: 'reads'} // compared with nil
    case 'AssignStmt':
      return parent.lhs.includes(node as Expr) && inConstructor(pass, parent) ? {kind: 'reads'} : {kind: 'bounds'}
    case 'KeyValueExpr':
      return {kind: parent.key === node ? 'reads' : 'bounds'} // field name of a composite literal
    case 'ValueSpec':
    case 'Field':
      return {kind: 'reads'} // its declaration
    default:
      return {kind: 'bounds'}
  }
}

/** `len(m) >= max` in a condition: what follows may refuse the entry. Compared with 0 or 1, or for equality, it asks something else. */
function boundsLength(pass: CollectPass, length: CallExpr): boolean {
  const comparison = pass.parent(length)
  if (comparison?.kind !== 'BinaryExpr' || !/^[<>]=?$/.test(comparison.op)) return false
  const constant = pass.constantOf(comparison.x === length ? comparison.y : comparison.x)
  return constant === undefined || !/^[01]$/.test(exactString(constant))
}

/** `m[k] = v` outside of start-up code adds entries; with a constant key it cannot grow. */
function indexUse(pass: CollectPass, index: Node & {readonly kind: 'IndexExpr'}): Use {
  const outer = pass.parent(index)
  const written =
    (outer?.kind === 'AssignStmt' && outer.lhs.includes(index) && outer.tok !== ':=') || (outer?.kind === 'IncDecStmt' && outer.x === index)
  if (outer?.kind === 'UnaryExpr') return {kind: 'bounds'}
  if (!written || pass.constantOf(index.index) !== undefined || atStart(pass, index) || inTest(pass, index)) return {kind: 'reads'}
  return {kind: 'inserts', at: outer}
}

/** The declared function around an insert, when what it stores mentions one of its parameters. */
function insertingFunction(pass: CollectPass, insert: Node): string | undefined {
  const uses = pass.within(insert, 'Ident').some(ident => {
    const object = pass.objectOf(ident)
    return object?.kind === 'Var' && object.varKind === 'parameter'
  })
  if (!uses) return undefined
  for (const at of pass.ancestors(insert)) {
    if (at.kind !== 'FuncDecl') continue
    const object = pass.objectOf(at.name)
    return object === undefined ? undefined : qualifiedName(object)
  }
  return undefined
}

/** Calls of methods whose type has a field that is a map, and of functions beside a map of their package: the first from each function. */
function callsOfKeepers(pass: CollectPass): CallFact[] {
  const seen = new Set<string>()
  const calls: CallFact[] = []
  for (const call of pass.nodes('CallExpr')) {
    if (call.args.length === 0) continue
    const callee = pass.calleeOf(call)
    if (callee?.kind !== 'Func' || !keepsMaps(callee) || inTest(pass, call)) continue
    const name = qualifiedName(callee)
    const key = `${name} ${pass.symbolOf(call)}`
    if (name === undefined || seen.has(key)) continue
    seen.add(key)
    calls.push({callee: name, place: pass.place(call)})
  }
  return calls
}

const packagesWithMaps = new WeakMap<object, boolean>()

function keepsMaps(func: Func): boolean {
  const origin = func.origin ?? func
  const recv = origin.type?.kind === 'Signature' ? origin.type.recv?.type : undefined
  if (recv !== undefined) {
    const plain = unalias(recv)
    const base = underlying(plain.kind === 'Pointer' ? plain.base : plain)
    return base.kind === 'Struct' && base.fields.some(isMap)
  }
  const pkg = origin.pkg
  if (pkg === undefined) return false
  let answer = packagesWithMaps.get(pkg)
  if (answer === undefined) {
    answer = [...(pkg.scope.elems?.values() ?? [])].some(one => one.kind === 'Var' && isMap(one))
    packagesWithMaps.set(pkg, answer)
  }
  return answer
}

const inTest = (pass: CollectPass, node: Node) => pass.fileOf(node).path.endsWith('_test.go')

/** In `init`, in the initialisation of a package-level variable, or in a function whose name says that it registers. */
function atStart(pass: CollectPass, node: Node): boolean {
  const name = declaredName(pass, node)
  return (
    name === undefined ||
    name === 'init' ||
    name === 'main' ||
    /^(?:[Mm]ust)?(?:[Rr]egister|[Nn]ew|[Aa]ddFlag|[Ss]etup|[Ll]oad|[Ii]nit)/.test(name)
  )
}

const inConstructor = (pass: CollectPass, node: Node) => {
  const name = declaredName(pass, node)
  return name === undefined || name === 'init' || /^[Nn]ew/.test(name)
}

function declaredName(pass: CollectPass, node: Node): string | undefined {
  let name: string | undefined
  for (const at of pass.ancestors(node)) if (at.kind === 'FuncDecl') name = at.name.name
  return name
}
