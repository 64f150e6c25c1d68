// Offsets of fields in a struct of a Go program, from DWARF: what a probe needs that reads runtime.g without knowing its release.
import {BinaryReader} from './binary-reader.ts'
import {dwarfSections, entryAt, textOf, unitsOf, at, type Unit} from './dwarf-unit.ts'
import type {Elf} from './elf.ts'

/** DW_TAG_structure_type, DW_TAG_member, DW_AT_data_member_location (DWARF 5, 7.5.4). */
const [structureTag, memberTag, memberLocation] = [0x13, 0x0d, 0x38]
const entriesMax = 50_000_000

/** By field name; undefined when the file has no DWARF or no such struct. */
export async function goStructOffsets(elf: Elf, name: string): Promise<ReadonlyMap<string, number> | undefined> {
  const sections = await dwarfSections(elf)
  if (sections === undefined) return undefined
  const units = unitsOf(sections)
  // Types stand in the unit of their package or in one of the linker's own: the likely one first.
  const packageName = name.slice(0, name.lastIndexOf('.'))
  const isOwn = (unit: Unit) => textOf(unit, unit.root?.attributes.get(at.name)) === packageName
  let entries = 0
  for (const unit of [...units.filter(isOwn), ...units.filter(unit => !isOwn(unit))]) {
    const r = new BinaryReader(sections.info, elf.little, unit.firstEntry, unit.end)
    let fields: Map<string, number> | undefined
    while (r.at < unit.end && entries++ < entriesMax) {
      const entry = entryAt(unit, r)
      if (entry === undefined) {
        if (fields !== undefined) return fields
        continue
      }
      if (fields !== undefined && entry.tag === memberTag) {
        const location = entry.attributes.get(memberLocation)
        const field = textOf(unit, entry.attributes.get(at.name))
        if (field !== undefined && location?.kind === 'number') fields.set(field, Number(location.value))
      } else if (entry.tag === structureTag && textOf(unit, entry.attributes.get(at.name)) === name) fields = new Map()
    }
  }
  return undefined
}
