// Declarations that refer to themselves where they may not, and types without a finite size (go/types cycles.go, decl.go cycleError).
import type {Checker} from './checker.ts'
import type {GoObject, TypeName} from './objects.ts'
import {unalias} from './underlying.ts'
import {invalidType, type Type} from './types.ts'

/** Reports a cycle at its first object in the source and makes an alias there invalid. */
export function reportCycle(c: Checker, cycle: readonly GoObject[]): void {
  let start = cycle[0]
  if (start === undefined) return
  for (const o of cycle) {
    const before = (o.file?.index ?? 0) - (start.file?.index ?? 0) || o.pos - start.pos
    if (before < 0) start = o
  }
  if (start.kind === 'TypeName' && start.type?.kind === 'Alias') start.type.fromRHS = invalidType
  const what = start.kind === 'TypeName' ? `invalid recursive type ${start.name}` : `invalid cycle in declaration of ${start.name}`
  const file = start.file ?? c.env.file
  const saved = c.env
  c.env = {...saved, file, errorPos: -1}
  c.error(start.pos, what)
  c.env = saved
}

/** Makes types invalid that are declared as each other by name only: `type A B; type B A` (go/types Checker.directCycles). */
export function directCycles(c: Checker): void {
  const done = new Set<TypeName>()
  for (const obj of c.objects) {
    if (obj.kind !== 'TypeName' || done.has(obj)) continue
    const path: TypeName[] = []
    let name: TypeName | undefined = obj
    while (name !== undefined && !done.has(name)) {
      const at = path.indexOf(name)
      if (at >= 0) {
        name.type = invalidType
        reportCycle(c, path.slice(at))
        break
      }
      path.push(name)
      const rhs: GoObject['decl'] = name.decl
      const next: GoObject | undefined = rhs?.tdecl?.type.kind === 'Ident' ? c.pkg.scope.elems?.get(rhs.tdecl.type.name) : undefined
      name = next?.kind === 'TypeName' ? next : undefined
    }
    for (const seen of path) done.add(seen)
  }
}

/** False when values of the type contain values of a type that is being declared (go/types Checker.finiteSize). */
export function hasFiniteSize(c: Checker, t: Type): boolean {
  const u = t.kind === 'Alias' ? unalias(t) : t
  switch (u.kind) {
    case 'Named': {
      if (u.finite !== undefined) return u.finite
      const start = c.pathIndex.get(u.obj)
      if (start !== undefined) {
        reportCycle(c, c.path.slice(start))
        return false
      }
      if (u.fromRHS === undefined) return true
      c.push(u.obj)
      const finite = hasFiniteSize(c, u.fromRHS)
      c.pop()
      u.finite = finite
      return finite
    }
    case 'Array':
      return hasFiniteSize(c, u.elem)
    case 'Struct':
      return u.fields.every(f => f.type === undefined || hasFiniteSize(c, f.type))
    default:
      return true
  }
}
