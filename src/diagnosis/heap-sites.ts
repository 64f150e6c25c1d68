// Live memory of heap profiles by allocation line, with the sizes of the blocks. Heap profiles hide the runtime's own frames
// (runtime/pprof/protomem.go, hideRuntime), so the tables of a map stand at the line that inserts, told apart only by their size.
import type {Frame} from '../evidence/model/profile.ts'
import {sampleTypeIndex} from '../evidence/model/profile.ts'
import type {Identified, ProgramEvidence} from './engine/detector.ts'
import {firstUserFrame} from './user-frames.ts'

/** Live bytes and blocks of one block size. `everBytes`: allocated since the start, freed or not. */
export interface BlockUse {
  readonly blockBytes: number
  bytes: number
  blocks: number
  everBytes: number
}

export interface HeapSite {
  readonly key: string
  readonly frame: Frame
  /** From the site up. */
  readonly stack: readonly Frame[]
  readonly sizes: ReadonlyMap<number, BlockUse>
}

export interface HeapSites {
  readonly artifact: Identified<'profile'>
  readonly totalBytes: number
  readonly sites: ReadonlyMap<string, HeapSite>
}

/** Every heap profile of the program, in order of time. */
export function heapSitesOf(evidence: ProgramEvidence): HeapSites[] {
  return evidence
    .of('profile')
    .filter(artifact => artifact.data.profileType === 'heap' && sampleTypeIndex(artifact.data, 'inuse_space') !== undefined)
    .map(artifact => {
      const known = remembered.get(artifact)
      if (known !== undefined) return known
      const sites = sitesOf(artifact)
      remembered.set(artifact, sites)
      return sites
    })
}

/** Several detectors ask for the sites of the same profile. */
const remembered = new WeakMap<Identified<'profile'>, HeapSites>()

function sitesOf(artifact: Identified<'profile'>): HeapSites {
  const profile = artifact.data
  const space = sampleTypeIndex(profile, 'inuse_space') ?? 0
  const objects = sampleTypeIndex(profile, 'inuse_objects')
  const ever = sampleTypeIndex(profile, 'alloc_space')
  const sites = new Map<string, HeapSite & {readonly sizes: Map<number, BlockUse>}>()
  const byFrame = new Map<Frame, HeapSite & {readonly sizes: Map<number, BlockUse>}>() // a frame is one object wherever it stands
  let totalBytes = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const bytes = profile.value(sample, space)
    totalBytes += bytes
    const frames = profile.frames(sample)
    const at = firstUserFrame(frames, artifact.program.module)
    const frame = at === undefined ? undefined : frames[at]
    if (frame === undefined) continue
    let site = byFrame.get(frame)
    if (!site) {
      const key = `${frame.function} ${frame.line}`
      site = sites.get(key)
      if (!site) sites.set(key, (site = {key, frame, stack: frames.slice(at), sizes: new Map()}))
      byFrame.set(frame, site)
    }
    const blockBytes = profile.numberLabel(sample, 'bytes') ?? 0
    let use = site.sizes.get(blockBytes)
    if (!use) site.sizes.set(blockBytes, (use = {blockBytes, bytes: 0, blocks: 0, everBytes: 0}))
    use.bytes += bytes
    use.blocks += objects === undefined ? 0 : profile.value(sample, objects)
    use.everBytes += ever === undefined ? 0 : profile.value(sample, ever)
  }
  return {artifact, totalBytes, sites}
}

/** Live bytes of a site in blocks that `wanted` accepts. */
export function bytesIn(site: HeapSite | undefined, wanted: (blockBytes: number) => boolean): number {
  let sum = 0
  for (const use of site?.sizes.values() ?? []) if (wanted(use.blockBytes)) sum += use.bytes
  return sum
}

/** Size classes above 2 KiB, in bytes (internal/runtime/gc/sizeclasses.go, Go 1.25 and 1.26; runtime/sizeclasses.go before, the same). */
const classes = [
  2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432,
  19072, 20480, 21760, 24576, 27264, 28672, 32768,
]
const pageBytes = 8192

/** What a block of `bytes` takes; larger ones are whole pages (runtime/malloc.go, roundupsize). */
export const blockFor = (bytes: number) => classes.find(size => size >= bytes) ?? Math.ceil(bytes / pageBytes) * pageBytes

/** Slots of a full table of a Swiss map, and bytes of bookkeeping a slot: one control byte (internal/runtime/maps: maxTableCapacity, group). */
export const tableSlotsMax = 1024

/** About the bytes of one slot (key, element, control byte; size classes leave a byte or two open), if blocks of `whole` and `half` bytes are map tables of 1024 and of 512 slots. */
export function slotBytesOf(whole: number, half: number): number | undefined {
  for (let slot = 2; slot <= 257; slot++) {
    for (const header of [0, 8])
      // blocks with pointers carry a type header (runtime/mbitmap.go, mallocHeaderSize)
      if (blockFor(tableSlotsMax * slot + header) === whole && blockFor((tableSlotsMax / 2) * slot + header) === half) return slot
  }
  return undefined
}
