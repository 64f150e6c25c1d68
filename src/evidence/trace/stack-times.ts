// Time by stack: running, blocked, runnable or in syscalls; as folded lines or as a pprof profile.
// A running slice belongs to the stack it ended with, a blocked one to the stack that blocked, a runnable one to the last stack known.
import {ev, go} from './event-types.ts'
import type {TraceContext, TraceSink} from './reader.ts'
import type {TimedState} from './timed-states.ts'
import {argColumn, timeColumn} from './trace-event.ts'

/** Different stacks kept; the time of further ones goes to a stack of its own. */
const stacksMax = 1 << 18

export interface TimedFrame {
  readonly function: string
  readonly file: string
  readonly line: number
}

interface Total {
  readonly frames: readonly TimedFrame[]
  count: number
  ns: number
}

const stateOf: Readonly<Record<number, TimedState>> = {
  [go.running]: 'running',
  [go.runnable]: 'runnable',
  [go.waiting]: 'blocked',
  [go.syscall]: 'syscall',
}

export class StackTimes implements TraceSink {
  readonly #state: TimedState
  readonly #totals: Total[] = [{frames: [], count: 0, ns: 0}]
  readonly #byKey = new Map<string, number>()
  #since: number[] = []
  #stack: number[] = []
  #context: TraceContext | undefined
  #generation = -1
  #last = 0
  #cache: number[] = []

  constructor(state: TimedState) {
    this.#state = state
  }

  begin(context: TraceContext): void {
    this.#context = context
  }

  event(): void {
    const context = this.#context
    if (context === undefined) return
    const {event} = context
    this.#last = event.n[timeColumn]!
    if (context.generation === undefined) return
    const {type, resource, from, to} = event
    if (event.resource < 0 || (type >= ev.procsChange && type <= ev.procStatus) || type === ev.gcMarkAssistActive) return
    const now = event.n[timeColumn]!
    const own = resource === event.g
    const created = type === ev.goCreate || type === ev.goCreateBlocked
    let stack = own || type === ev.goStatusStack ? event.stack : -1
    if (created) stack = context.generation.stackIndex(event.n[argColumn + 1]!)
    if (stack >= 0) this.#stack[resource] = this.#intern(context, stack)
    else if (from === go.notExist || from === go.undetermined) this.#stack[resource] = 0
    if (from === to) return
    const since = this.#since[resource] ?? Number.NaN
    if (stateOf[from] === this.#state && since === since) this.#add(resource, now - since)
    this.#since[resource] = to === go.notExist ? Number.NaN : now
  }

  /** Adds what goroutines were still doing at the last event; call once. */
  finish(): void {
    const {model} = this.#context ?? {}
    if (model === undefined) return
    for (const g of model.liveGoSlots()) {
      const since = this.#since[g]
      if (since !== undefined && since === since && stateOf[model.goState[g]!] === this.#state) this.#add(g, this.#last - since)
    }
  }

  #add(g: number, ns: number): void {
    const total = this.#totals[this.#stack[g] ?? 0]!
    total.count++
    total.ns += ns
  }

  #intern(context: TraceContext, stack: number): number {
    const generation = context.generation!
    if (this.#generation !== generation.ordinal) {
      this.#generation = generation.ordinal
      this.#cache = []
    }
    const known = this.#cache[stack]
    if (known !== undefined) return known
    const frames = Array.from(generation.frames(stack), frame => ({
      function: generation.frameFunction(frame),
      file: generation.frameFile(frame),
      line: generation.frameLine(frame),
    }))
    const key = frames.map(f => `${f.function}\t${f.file}\t${f.line}`).join('\n')
    let index = this.#byKey.get(key)
    if (index === undefined) {
      index = this.#totals.length >= stacksMax ? 0 : this.#totals.push({frames, count: 0, ns: 0}) - 1
      this.#byKey.set(key, index)
    }
    return (this.#cache[stack] = index)
  }

  /** Largest first. */
  totals(): readonly Total[] {
    return this.#totals.filter(total => total.ns > 0).sort((a, b) => b.ns - a.ns)
  }

  /** `root;…;leaf ns` lines, equal function stacks joined, in order of the text. */
  folded(): string {
    const lines = new Map<string, number>()
    for (const {frames, ns} of this.totals()) {
      const key =
        frames.length === 0
          ? '(no stack)'
          : frames
              .map(f => f.function.replaceAll(';', ':'))
              .reverse()
              .join(';')
      lines.set(key, (lines.get(key) ?? 0) + ns)
    }
    return [...lines]
      .map(([key, ns]) => `${key} ${ns}\n`)
      .sort()
      .join('')
  }

  /** An uncompressed pprof profile (github.com/google/pprof/proto/profile.proto) of counts and nanoseconds. */
  pprof(): Uint8Array {
    const strings = new Map<string, number>([['', 0]])
    const text = (value: string) => {
      const known = strings.get(value)
      if (known !== undefined) return known
      strings.set(value, strings.size)
      return strings.size - 1
    }
    const valueType = (type: string, unit: string) => new Message().int(1, text(type)).int(2, text(unit))
    const profile = new Message().message(1, valueType(this.#state, 'count')).message(1, valueType('time', 'nanoseconds'))
    const functions = new Map<string, number>()
    const locations = new Map<string, number>()
    const tables = new Message()
    for (const {frames, count, ns} of this.totals()) {
      const ids = frames.map(frame => {
        const key = `${frame.function}\n${frame.file}\n${frame.line}`
        let location = locations.get(key)
        if (location === undefined) {
          const owner = `${frame.function}\n${frame.file}`
          let fn = functions.get(owner)
          if (fn === undefined) {
            fn = functions.size + 1
            functions.set(owner, fn)
            tables.message(5, new Message().int(1, fn).int(2, text(frame.function)).int(3, text(frame.function)).int(4, text(frame.file)))
          }
          location = locations.size + 1
          locations.set(key, location)
          tables.message(4, new Message().int(1, location).message(4, new Message().int(1, fn).int(2, frame.line)))
        }
        return location
      })
      profile.message(2, new Message().ints(1, ids).ints(2, [count, ns]))
    }
    profile.append(tables)
    for (const value of strings.keys()) profile.bytes(6, new TextEncoder().encode(value))
    return profile.done()
  }
}

/** Writes protobuf wire format. */
class Message {
  readonly #out: number[] = []

  #varint(value: number): void {
    for (; value > 127; value = Math.floor(value / 128)) this.#out.push((value % 128) | 128)
    this.#out.push(value)
  }

  int(field: number, value: number): this {
    this.#varint(field * 8)
    this.#varint(value)
    return this
  }

  bytes(field: number, bytes: Iterable<number> & {readonly length: number}): this {
    this.#varint(field * 8 + 2)
    this.#varint(bytes.length)
    for (const byte of bytes) this.#out.push(byte)
    return this
  }

  ints(field: number, values: readonly number[]): this {
    const packed = new Message()
    for (const value of values) packed.#varint(value)
    return this.message(field, packed)
  }

  message(field: number, message: Message): this {
    return this.bytes(field, message.#out)
  }

  append(message: Message): this {
    for (const byte of message.#out) this.#out.push(byte)
    return this
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#out)
  }
}
