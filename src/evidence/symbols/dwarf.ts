// Functions and lines of an address, with the calls that were inlined there. Format: DWARF 2 to 5, section 3.3.8.
import {errors} from '../../base/errors.ts'
import {BinaryReader} from './binary-reader.ts'
import {type LineTable, lineTableOf, rowAt} from './dwarf-lines.ts'
import {at, dwarfSections, type Entry, entryAt, type Range, rangesOf, tag, textOf, type Unit, unitsOf} from './dwarf-unit.ts'
import type {Elf} from './elf.ts'

const entriesMax = 100_000_000
const originsMax = 16

export interface NativePlace {
  /** As the compiler wrote it: mangled for C++; empty when the file does not say. */
  readonly function: string
  readonly file: string
  readonly line: number
  readonly inlined: boolean
}

export interface Dwarf {
  /** Innermost first; empty where no unit covers the address. */
  lookup(pc: bigint): readonly NativePlace[]
}

interface Scope {
  readonly ranges: readonly Range[]
  readonly entry: Entry
  readonly depth: number
}

export async function readDwarf(elf: Elf): Promise<Dwarf | undefined> {
  const sections = await dwarfSections(elf)
  if (!sections) return undefined
  const units = unitsOf(sections)
  const covered = units.flatMap(unit => (unit.root === undefined ? [] : rangesOf(unit, unit.root).map(range => ({...range, unit}))))
  const lines = new Map<Unit, LineTable | undefined>()
  const scopes = new Map<Unit, readonly Scope[]>()
  const cached = <T>(map: Map<Unit, T>, unit: Unit, make: (unit: Unit) => T): T => {
    const known = map.get(unit)
    if (known !== undefined || map.has(unit)) return known as T // has() says that it is a T
    const made = make(unit)
    map.set(unit, made)
    return made
  }
  return {
    lookup(pc) {
      for (const {unit} of covered.filter(({from, to}) => from <= pc && pc < to)) {
        const table = cached(lines, unit, lineTableOf)
        const row = table && rowAt(table, pc)
        const inside = cached(scopes, unit, scopesOf)
          .filter(scope => scope.ranges.some(({from, to}) => from <= pc && pc < to))
          .toSorted((a, b) => b.depth - a.depth)
        const outer = inside.findIndex(({entry}) => entry.tag === tag.subprogram)
        const chain = outer < 0 ? inside : inside.slice(0, outer + 1)
        if (row === undefined && chain.length === 0) continue
        const places: NativePlace[] = []
        let [file, line] = [table && row ? table.file(row.file) : '??', row?.line ?? 0]
        for (const {entry} of chain) {
          const inlined = entry.tag === tag.inlined
          places.push({function: nameOf(units, unit, entry), file, line, inlined})
          const [callFile, callLine] = [entry.attributes.get(at.callFile), entry.attributes.get(at.callLine)]
          file = table && callFile?.kind === 'number' ? table.file(Number(callFile.value)) : '??'
          line = callLine?.kind === 'number' ? Number(callLine.value) : 0
        }
        return places.length > 0 ? places : [{function: '', file, line, inlined: false}]
      }
      return []
    },
  }
}

function scopesOf(unit: Unit): Scope[] {
  const found: Scope[] = []
  const r = new BinaryReader(unit.sections.info, unit.sections.elf.little, unit.firstEntry, unit.end)
  let depth = 0
  for (let n = 0; r.at < unit.end; n++) {
    if (n >= entriesMax) throw errors.limit('entries of a DWARF unit', entriesMax)
    const entry = entryAt(unit, r)
    if (!entry) {
      if (--depth <= 0) break
      continue
    }
    if (entry.tag === tag.subprogram || entry.tag === tag.inlined) {
      const ranges = rangesOf(unit, entry)
      if (ranges.length > 0) found.push({ranges, entry, depth})
    }
    if (entry.children) depth++
    else if (depth === 0) break
  }
  return found
}

/** The linker's name before the plain one, of the entry or of what it is a copy of. */
function nameOf(units: readonly Unit[], unit: Unit, entry: Entry): string {
  let [inUnit, one] = [unit, entry]
  let plain = ''
  for (let i = 0; i < originsMax; i++) {
    const linked = textOf(inUnit, one.attributes.get(at.linkageName) ?? one.attributes.get(at.mipsLinkageName))
    if (linked !== undefined) return linked
    if (plain === '') plain = textOf(inUnit, one.attributes.get(at.name)) ?? ''
    const origin = one.attributes.get(at.abstractOrigin) ?? one.attributes.get(at.specification)
    if (origin?.kind !== 'entry') return plain
    const offset = Number(origin.value)
    const home = units.find(each => each.start <= offset && offset < each.end)
    const next = home && entryAt(home, new BinaryReader(home.sections.info, home.sections.elf.little, offset, home.end))
    if (!home || !next) return plain
    ;[inUnit, one] = [home, next]
  }
  return plain
}
