// The contents of the bombs of pprof-bombs.ts, in parts of about a megabyte, and what each is full of.

export interface Bomb {
  readonly name: string
  parts(): Iterable<Buffer>
}

const whole = 450_000_000
const partBytes = 1 << 20

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))])
const bytes = (...values: readonly number[]) => Buffer.from(values)
const text = (value: string) => Buffer.from(value, 'latin1')
/** A field with a payload: its head, when the payload follows in parts. */
const head = (tag: number, length: number) => bytes(tag, ...varint(length))
const field = (tag: number, payload: Buffer) => Buffer.concat([head(tag, payload.length), payload])

/** Field 20, which profile.proto does not have. */
const unknown = (payload: Buffer) => Buffer.concat([bytes(0xa2, 1, ...varint(payload.length)), payload])

/** `count` times the same. */
function* times(count: number, one: Buffer): Generator<Buffer> {
  const perPart = Math.max(1, Math.floor(partBytes / one.length))
  const part = Buffer.concat(Array.from({length: Math.min(count, perPart)}, () => one))
  for (let left = count; left > 0; left -= perPart) yield left >= perPart ? part : part.subarray(0, left * one.length)
}
const filled = (one: Buffer, size = whole) => times(Math.floor(size / one.length), one)

/** One for each number below `count`. */
function* each(count: number, one: (index: number) => Buffer): Generator<Buffer> {
  let part: Buffer[] = []
  let size = 0
  for (let index = 0; index < count; index++) {
    const next = one(index)
    part.push(next)
    size += next.length
    if (size < partBytes && index < count - 1) continue
    yield Buffer.concat(part)
    ;[part, size] = [[], 0]
  }
}

function* all(...parts: readonly (Buffer | Iterable<Buffer>)[]): Generator<Buffer> {
  for (const part of parts) {
    if (Buffer.isBuffer(part)) yield part
    else yield* part as Iterable<Buffer>
  }
}

// The tags of profile.proto: sample type, sample, mapping, location, function, string, and of a sample: locations, values, label.
const [typeTag, sampleTag, mappingTag, locationTag, functionTag, stringTag] = [0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x32]
const [stackTag, valuesTag, labelTag] = [0x0a, 0x12, 0x1a]
const lineTag = 0x22

/** Strings "", "a", "b"; sample type a/b; function 1 named a; location 1 with a line in it. */
const start = Buffer.concat([
  field(stringTag, bytes()),
  field(stringTag, text('a')),
  field(stringTag, text('b')),
  field(typeTag, bytes(0x08, 1, 0x10, 2)),
  field(functionTag, bytes(0x08, 1, 0x10, 1)),
  field(locationTag, bytes(0x08, 1, lineTag, 2, 0x08, 1)),
])
const stack = bytes(stackTag, 1, 1)
const value = bytes(valuesTag, 1, 1)
const sample = field(sampleTag, Buffer.concat([stack, value]))

/** Rows with ids of their own; the first ids are taken by `start`. */
const withId = (tag: number, more: (id: number) => readonly number[]) => (index: number) =>
  field(tag, bytes(0x08, ...varint(index + 2), ...more(index + 2)))

/** A payload in one field, made of the same again and again. */
const inOne = (tag: number, one: Buffer, size = whole) => {
  const count = Math.floor(size / one.length)
  return all(head(tag, count * one.length), times(count, one))
}
/** A sample that holds such a field. */
const inSample = (tag: number, one: Buffer, size: number, rest: Buffer) => {
  const length = Math.floor(size / one.length) * one.length
  const inner = head(tag, length)
  return all(head(sampleTag, inner.length + length + rest.length), inner, filled(one, length), rest)
}
/** A sample that holds many fields. */
const sampleOf = (one: Buffer, size: number, rest: Buffer) => {
  const length = Math.floor(size / one.length) * one.length
  return all(head(sampleTag, length + rest.length), filled(one, length), rest)
}

const numericLabel = field(labelTag, bytes(0x08, 1, 0x18, 7))
const plain = Buffer.concat([stack, value])
const heapHead = text('heap profile: 1: 1 [1: 1] @ heap/1\n')
const hex = (n: number) => `0x${(n + 4096).toString(16)}`
const word = (n: number) => {
  const eight = Buffer.alloc(8)
  eight.writeBigUInt64LE(BigInt(n))
  return eight
}
const cpuHead = Buffer.concat([0, 3, 0, 10_000, 0].map(word))
const threads = text('--- threadz 1 ---\n\n')
const thread = (n: number) => `--- Thread ${n.toString(16)} (name: a/${n}) stack: ---\n`
const perfHead = 'a 1 1.0: cycles: \n'

const overLimits: readonly Bomb[] = [
  {name: 'comments', parts: () => all(start, filled(bytes(0x68, 1)))},
  {name: 'samples', parts: () => all(start, filled(sample))},
  {name: 'locations', parts: () => all(start, filled(field(locationTag, bytes(0x08, 2))))},
  {name: 'functions', parts: () => all(start, filled(field(functionTag, bytes(0x08, 2))))},
  {name: 'strings', parts: () => all(start, filled(field(stringTag, text('xy'))))},
  {name: 'mappings', parts: () => all(start, filled(field(mappingTag, bytes(0x08, 2))))},
  {name: 'sample types', parts: () => filled(field(typeTag, bytes()))},
  {name: 'lines of one location', parts: () => all(start, inOne(locationTag, bytes(lineTag, 2, 0x08, 1)))},
  {name: 'one stack of 450 million locations', parts: () => all(start, inSample(stackTag, bytes(1), whole, value))},
  {name: 'one stack of 200 million locations, not packed', parts: () => all(start, sampleOf(bytes(0x08, 1), 400_000_000, value))},
  {name: 'values of one sample', parts: () => all(start, inSample(valuesTag, bytes(1), whole, stack))},
  {name: 'values beyond 2^53', parts: () => all(start, filled(field(sampleTag, bytes(0x10, ...Array<number>(8).fill(0xff), 0x3f))))},
  {name: '56 million labels of one sample', parts: () => all(start, sampleOf(numericLabel, whole, plain))},
  {name: 'label sets, all different', parts: () => all(start, each(12_000_000, n => field(sampleTag, Buffer.concat([plain, field(labelTag, bytes(0x08, 1, 0x18, ...varint(n + 1)))]))))},
  {name: 'unpacks beyond 512 MB', parts: () => filled(sample, 600_000_000)},
  {name: 'one string of 450 MB', parts: () => all(start, inOne(stringTag, text('x')))},
  {name: 'unknown fields side by side', parts: () => all(start, filled(unknown(text('unknown'))))},
  {name: 'unknown fields with others between', parts: () => all(start, filled(Buffer.concat([unknown(Buffer.alloc(400)), bytes(0x60, 1)])))},
  {name: 'addresses of one line of a heap text', parts: () => all(heapHead, text('1: 1 [1: 1] @'), filled(text(' 0x1')))},
  {name: 'samples of a heap text', parts: () => all(heapHead, filled(text('1: 1 [1: 1] @ 0x1 0x2\n')))},
  {name: 'samples of a heap text, all different', parts: () => all(heapHead, each(8_000_000, n => text(`1: 1 [1: 1] @ ${hex(n)} 0x2 0x3 0x4 0x5\n`)))},
  {name: 'lines of a heap text, each with 60,000 blanks', parts: () => all(heapHead, filled(text(`1: 1 [1: 1] @${' '.repeat(60_000)}\n`)))},
  {name: 'stacks of a goroutine text', parts: () => all(text('goroutine profile: total 1\n'), filled(text('1 @ 0x1 0x2 0x3\n')))},
  {name: 'samples of a contention text', parts: () => all(text('--- mutex:\ncycles/second=1\n'), filled(text('1 1 @ 0x1 0x2 0x3\n')))},
  {name: 'threads of a threadz text', parts: () => all(threads, each(10_000_000, n => text(`${thread(n)}  0x1 0x2\n`)))},
  {name: 'addresses of one thread of a threadz text', parts: () => all(threads, text(thread(1)), filled(text(`${' 0x1'.repeat(10_000)}\n`)))},
  {name: 'lines of a memory map', parts: () => all(heapHead, text('MAPPED_LIBRARIES:\n'), filled(text('hello world, this is no mapping\n')))},
  {name: 'attributes of a memory map', parts: () => all(heapHead, text('MAPPED_LIBRARIES:\na=xx\n'), each(10_000_000, n => text(`a${n}=$a$a$a\n`)))},
  {name: 'empty lines of a text', parts: () => all(heapHead, filled(text('\n')))},
  {name: 'folded stacks', parts: () => filled(text('a;b;c 1\n'))},
  {name: 'folded stacks, all different', parts: () => each(12_000_000, n => text(`main;f${n};g${n * 7} 1\n`))},
  {name: 'folded stacks of long names', parts: () => all(text('a;b 1\n'.repeat(800)), each(9_000, n => text(`${`${n}x`.repeat(Math.floor(50_000 / `${n}x`.length))} 1\n`)))},
  {name: 'samples of perf script', parts: () => filled(text(`${perfHead}\t               1 f (b)\n\n`))},
  {name: 'frames of one sample of perf script', parts: () => all(text(perfHead), filled(text('\t               1 f (b)\n')))},
  {name: 'samples of perf script, all different', parts: () => each(6_000_000, n => text(`c${n % 1000000} 1 1.0: cycles: \n\t${hex(n).slice(2).padStart(16)} f${n} (b)\n\n`))},
  {name: 'binaries of perf script, all different', parts: () => each(6_000_000, n => text(`${perfHead}\t               1 f (b${n})\n\n`))},
  {name: 'inlined functions of perf script, all different', parts: () => each(12_000_000, n => text(`${n % 99_000 === 0 ? `\n${perfHead}` : ''}\t               1 f${n} (inlined)\n`))},
  {name: 'inlined functions of perf script, the same in all frames', parts: () => each(10_000_000, n => text(`${n % 9000 === 0 ? `\n${perfHead}` : ''}\t${hex(Math.floor(n / 9000)).slice(2).padStart(16)} f${n % 9000} (${n % 9000 === 8999 ? 'b' : 'inlined'})\n`))},
  {name: 'samples of a binary CPU profile', parts: () => all(cpuHead, filled(Buffer.concat([1, 1, 4096].map(word))))},
  {name: 'one stack of a binary CPU profile', parts: () => all(cpuHead, word(1), word(50_000_000), filled(word(4096), 400_000_000))},
] // prettier-ignore

const belowLimits: readonly Bomb[] = [
  {name: '99,000 comments', parts: () => all(start, times(99_000, bytes(0x68, 1)), sample)},
  {name: '9.9 million samples', parts: () => all(start, times(9_900_000, sample))},
  {name: '1.9 million functions, locations, names and stacks, all different', parts: () => all(
    start,
    each(1_900_000, n => field(stringTag, text(`f${n}`))),
    each(1_900_000, n => withId(functionTag, () => [0x10, ...varint(n + 3)])(n)),
    each(1_900_000, n => withId(locationTag, id => [lineTag, varint(id).length + 1, 0x08, ...varint(id)])(n)),
    each(1_900_000, n => field(sampleTag, Buffer.concat([field(stackTag, bytes(...varint(n + 2))), value]))),
  )},
  {name: '3.9 million locations and functions', parts: () => all(
    start,
    each(3_900_000, withId(functionTag, () => [0x10, 1])),
    each(3_900_000, withId(locationTag, id => [lineTag, varint(id).length + 1, 0x08, ...varint(id)])),
    sample,
  )},
  {name: '249,000 mappings', parts: () => all(start, each(249_000, withId(mappingTag, () => [0x28, 1])), sample)},
  {name: '79 locations of 99,000 lines', parts: () => all(
    start,
    ...Array.from({length: 79}, (_, n) => all(head(locationTag, 2 + 99_000 * 4), bytes(0x08, n + 2), times(99_000, bytes(lineTag, 2, 0x08, 1)))),
    ...Array.from({length: 79}, (_, n) => field(sampleTag, Buffer.concat([bytes(stackTag, 1, n + 2), value]))),
  )},
  {name: 'a stack of 999,000 locations', parts: () => all(start, inSample(stackTag, bytes(1), 999_000, value))},
  {name: '60 stacks of 999,000 locations, all different', parts: () => all(
    start, ...Array.from({length: 60}, (_, n) => inSample(stackTag, bytes(1), 999_000 - n, value)),
  )},
  {name: '1.9 million values beyond 2^53', parts: () => all(start, times(1_900_000, field(sampleTag, bytes(stackTag, 1, 1, 0x10, ...Array<number>(8).fill(0xff), 0x3f))))},
  {name: '99 samples of 99,000 labels', parts: () => all(
    start,
    ...Array.from({length: 99}, (_, n) => sampleOf(field(labelTag, bytes(0x08, 1, 0x18, n + 1)), 99_000 * numericLabel.length, plain)),
  )},
  {name: '9.9 million label sets, all different', parts: () => all(start, each(9_900_000, n => field(sampleTag, Buffer.concat([plain, field(labelTag, bytes(0x08, 1, 0x18, ...varint(n + 1)))]))))},
  {name: 'a name of 127 MB', parts: () => all(start, inOne(stringTag, text('x'), 133_000_000), field(functionTag, bytes(0x08, 2, 0x10, 3)), field(locationTag, bytes(0x08, 2, lineTag, 2, 0x08, 2)), field(sampleTag, Buffer.concat([bytes(stackTag, 1, 2), value])))},
  {name: '990,000 samples of a heap text with 15 addresses each', parts: () => all(heapHead, each(990_000, n => text(`1: ${n + 1} [1: ${n + 1}] @ ${Array.from({length: 15}, (_, at) => hex((n * 15 + at) % 900_000)).join(' ')}\n`)))},
  {name: '990,000 addresses of a heap text in 4,090 mappings that overlap', parts: () => all(
    heapHead,
    each(990_000, n => text(`1: 1 [1: 1] @ ${hex(n)}\n`)),
    text('MAPPED_LIBRARIES:\n'),
    each(4090, n => text(`${hex(n * 2).slice(2)}-${hex(n * 200).slice(2)} r-xp 00000000 08:01 1 /lib/${n}.so\n`)),
  )},
  {name: '3.9 million folded stacks with 990,000 frames', parts: () => each(3_900_000, n => text(`main;f${n % 990_000};g${n % 7} 1\n`))},
  {name: '3.9 million samples of perf script', parts: () => each(3_900_000, n => text(`${perfHead}\t${hex(n % 990_000).slice(2).padStart(16)} f (b)\n\n`))},
  {name: '990,000 samples of a binary CPU profile', parts: () => all(cpuHead, each(990_000, n => Buffer.concat([1, 2, 4096, 4096 + (n % 900_000)].map(word))))},
] // prettier-ignore

export const bombs: readonly Bomb[] = [...overLimits, ...belowLimits]
