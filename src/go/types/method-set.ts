// The method set of a type, with paths through embedded fields (go/types methodset.go).
import {objectId, type Func} from './objects.ts'
import {identical} from './identical.ts'
import {isInterface, isPointer, isUnknown} from './predicates.ts'
import type {Selection} from './selection.ts'
import {typeSetOf} from './type-set.ts'
import {asNamed, dereference, hasPointerReceiver, methodAt, methodCount, underlying} from './underlying.ts'
import {invalidType, type Named, type Type} from './types.ts'

export interface MethodSet {
  /** Sorted by id: exported names first come as they are, others qualified by package. */
  readonly list: readonly Selection[]
  /** Something embedded could not be found: there may be more methods, and those of `list` that lie deeper may be hidden. */
  readonly unknown: boolean
}

interface Embedded {
  readonly type: Type
  readonly index: readonly number[]
  readonly indirect: boolean
  multiples: boolean
}

export function methodSet(t: Type): MethodSet {
  const named = asNamed(t)
  if (named !== undefined && isPointer(named)) return {list: [], unknown: false}
  const {type, pointer} = dereference(t)
  if (pointer && isInterface(type)) return {list: [], unknown: false}
  /** A name that collides is there with undefined. */
  const base = new Map<string, Selection | undefined>()
  const seen: Named[] = []
  let unknown = false
  let current: Embedded[] = [{type, index: [], indirect: pointer, multiples: false}]
  while (current.length > 0) {
    const next: Embedded[] = []
    const fields = new Set<string>()
    const methods = new Map<string, Selection | undefined>()
    for (const e of current) {
      const declared = asNamed(e.type)
      if (declared !== undefined) {
        if (seen.some(other => identical(other, declared))) continue
        seen.push(declared)
        for (let i = 0; i < methodCount(declared); i++) {
          const m = methodAt(declared, i)
          if (m !== undefined) addMethod(methods, t, m, [...e.index, i], e.indirect, e.multiples)
        }
      }
      const u = underlying(e.type)
      if (u.kind === 'Struct') {
        u.fields.forEach((f, i) => {
          fields.add(objectId(f))
          if (!f.embedded) return
          const {type: inner, pointer: indirect} = dereference(f.type ?? invalidType)
          next.push({type: inner, index: [...e.index, i], indirect: e.indirect || indirect, multiples: e.multiples})
        })
      } else if (u.kind === 'Interface') {
        const set = typeSetOf(u)
        if (set.unknown) unknown = true
        set.methods.forEach((m, i) => addMethod(methods, t, m, [...e.index, i], true, e.multiples))
      } else if (isUnknown(u)) unknown = true
    }
    for (const [id, m] of methods) if (!base.has(id)) base.set(id, fields.has(id) ? undefined : m)
    for (const id of fields) if (!base.has(id)) base.set(id, undefined)
    current = merge(next)
  }
  const list = [...base].flatMap(([id, m]) => (m === undefined ? [] : [{id, m}]))
  list.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return {list: list.map(entry => entry.m), unknown}
}

function addMethod(
  set: Map<string, Selection | undefined>,
  recv: Type,
  obj: Func,
  index: readonly number[],
  indirect: boolean,
  multiples: boolean,
): void {
  const id = objectId(obj)
  const fits = !multiples && !set.has(id) && (indirect || !hasPointerReceiver(obj))
  set.set(id, fits ? {kind: 'method', recv, obj, index, indirect} : undefined)
}

function merge(list: Embedded[]): Embedded[] {
  const unique: Embedded[] = []
  for (const e of list) {
    const other = unique.find(x => identical(x.type, e.type))
    if (other === undefined) unique.push(e)
    else other.multiples = true
  }
  return unique
}
