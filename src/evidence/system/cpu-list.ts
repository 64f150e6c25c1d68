// CPU lists and masks as the kernel writes them: `0-3,8`, `ff,0000000f`. Source: lib/bitmap.c (bitmap_parselist) of the Linux kernel.
const cpusMax = 65_536

/** Undefined when the text is no list. */
export function parseCpuList(text: string): number[] | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return []
  const cpus: number[] = []
  for (const part of trimmed.split(',')) {
    const m = /^(\d+)(?:-(\d+))?$/.exec(part.trim())
    if (!m) return undefined
    const from = Number(m[1])
    const to = Number(m[2] ?? m[1])
    if (to < from || to >= cpusMax) return undefined
    for (let cpu = from; cpu <= to; cpu++) cpus.push(cpu)
  }
  return cpus
}
