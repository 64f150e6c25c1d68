// Large profiles from a seed: samples of about a hundred bytes over as many distinct stacks as asked. Samples carry labels, as those of services
// do that label their goroutines, so that equal stacks stay apart in the file.

class Writer {
  bytes: Uint8Array
  length = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  #room(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = new Uint8Array((this.length + count) * 2)
    larger.set(this.bytes)
    this.bytes = larger
  }

  varint(value: number): void {
    this.#room(10)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 0x80
    this.bytes[this.length++] = rest
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  message(field: number, write: (into: Writer) => void): void {
    const inner = new Writer(256)
    write(inner)
    this.varint(field * 8 + 2)
    this.varint(inner.length)
    this.raw(inner.bytes.subarray(0, inner.length))
  }

  integers(...pairs: readonly (readonly [number, number])[]): void {
    for (const [field, value] of pairs) {
      this.varint(field * 8)
      this.varint(value)
    }
  }
}

export interface GeneratorOptions {
  readonly kind: 'cpu' | 'heap'
  readonly samples: number
  readonly stacks: number
  /** Uncompressed size wanted, in bytes; reached, to a few per cent, by the depth of the stacks. */
  readonly bytes: number
  readonly seed: number
}

const functions = 20_000
const routes = 50
const requests = 5000
/** Bytes of a sample that are not its stack, and of a location id: measured on what comes out. */
const otherBytes = {cpu: 25, heap: 21}
const idBytes = 2.2

/** Uncompressed profile.proto. */
export function generateProfile({kind, samples, stacks, bytes, seed}: GeneratorOptions): Uint8Array {
  let state = seed >>> 0
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const strings = new Map<string, number>([['', 0]])
  const string = (text: string) => {
    const known = strings.get(text)
    if (known === undefined) strings.set(text, strings.size)
    return known ?? strings.size - 1
  }
  const heapTypes = ['alloc_objects/count', 'alloc_space/bytes', 'inuse_objects/count', 'inuse_space/bytes']
  const out = new Writer(bytes + (bytes >> 2))
  const valueType = (field: number, type: string) => {
    const [name = '', unit = ''] = type.split('/')
    out.message(field, m => m.integers([1, string(name)], [2, string(unit)]))
  }
  for (const type of kind === 'cpu' ? ['samples/count', 'cpu/nanoseconds'] : heapTypes) valueType(1, type)
  // Callees follow from the caller and a small draw, so that stacks share their edges as those of a program do; a few leaves and a few stacks
  // have most of the weight, so that a report has something to show.
  const skewed = (below: number) => Math.floor(below * (draw(1 << 20) / (1 << 20)) ** 3)
  const depthMean = Math.max(8, Math.round((bytes / samples - otherBytes[kind]) / idBytes))
  const known = Array.from({length: stacks}, () => {
    const writer = new Writer(512)
    let at = skewed(functions)
    for (let level = depthMean - 6 + draw(13); level > 0; level--) {
      writer.varint(1 + at)
      at = (at * 31 + 7 + draw(3)) % functions
    }
    return writer.bytes.slice(0, writer.length)
  })
  const [route, request, size] = [string('route'), string('request'), string('bytes')]
  const routeNames = Array.from({length: routes}, (_, index) => string(`/api/v1/route-${index}`))
  const values = (m: Writer) => {
    const count = 1 + draw(3)
    const [block, live] = [16 * 2 ** draw(12), draw(2)]
    if (kind === 'cpu') for (const value of [count, count * 10_000_000]) m.varint(value)
    else for (const value of [count * 40, count * 40 * block, live * count, live * count * block]) m.varint(value)
  }
  for (let sample = 0; sample < samples; sample++) {
    const stack = known[sample < stacks ? sample : skewed(stacks)]!
    out.message(2, m => {
      m.varint(10)
      m.varint(stack.length)
      m.raw(stack)
      m.message(2, values)
      if (kind === 'cpu') {
        m.message(3, l => l.integers([1, route], [2, routeNames[draw(routes)]!]))
        m.message(3, l => l.integers([1, request], [3, 1 + draw(requests)]))
      } else m.message(3, l => l.integers([1, size], [3, 16 * 2 ** draw(12)]))
    })
  }
  const binary = string('/srv/app/bin/app')
  out.message(3, m => m.integers([1, 1], [2, 0x400000], [3, 0x4000000], [5, binary], [7, 1]))
  for (let index = 0; index < functions; index++) {
    out.message(4, m => {
      m.integers([1, index + 1], [2, 1], [3, 0x401000 + index * 64])
      m.message(4, line => line.integers([1, index + 1], [2, 10 + (index % 900)]))
    })
  }
  for (let index = 0; index < functions; index++) {
    const name = string(`example.com/service/internal/package${index % 300}.(*Type${index % 2000}).Method${index}`)
    const file = string(`/srv/app/internal/package${index % 300}/file.go`)
    out.message(5, m => m.integers([1, index + 1], [2, name], [3, name], [4, file]))
  }
  valueType(11, kind === 'cpu' ? 'cpu/nanoseconds' : 'space/bytes')
  const encoder = new TextEncoder()
  for (const text of strings.keys()) {
    const encoded = encoder.encode(text)
    out.varint(6 * 8 + 2)
    out.varint(encoded.length)
    out.raw(encoded)
  }
  out.integers([9, 1_700_000_000_000_000_000], [10, 30_000_000_000], [12, kind === 'cpu' ? 10_000_000 : 524_288])
  return out.bytes.subarray(0, out.length)
}
