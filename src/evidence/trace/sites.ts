// Functions and lines of a trace under numbers that hold across generations, whose own stack ids do not.
import type {TraceSite} from '../model/trace.ts'
import type {GenerationTables} from './generation-tables.ts'

/** First path elements of the standard library's packages: frames of these are not where a user looks. */
const standard = new Set(
  'archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak'.split(
    ' ',
  ),
)

/** Whether a Go symbol belongs to the standard library. Modules whose path begins with one of its package names and no dot are taken for it. */
export function isStandard(symbol: string): boolean {
  const name = symbol.slice(0, Math.max(0, symbol.search(/[([]|$/))) // receivers and type arguments have slashes of their own
  const slash = name.indexOf('/')
  if (slash >= 0) return standard.has(name.slice(0, slash)) // go.uber.org/zap.New is not go/…
  const dot = name.indexOf('.')
  return standard.has(dot < 0 ? name : name.slice(0, dot))
}

/** The stub cmd/cgo writes for a C function; its caller is where a user looks. */
export const isCgoStub = (symbol: string) => /(?:^|\.)_C2?func_/.test(symbol)

/** Frames between a call that enters the kernel or C and the function that is named after it. */
const isEntry = (symbol: string) => /^(?:runtime\.|internal\/runtime\/syscall\.|syscall\.(?:raw|Raw)?[sS]yscall\w*$)/.test(symbol)

/** Packages whose frames say how something waits, not what: a stack without user code is named by its first frame outside them. */
const isPlumbing = (symbol: string) => /^(?:runtime|sync|syscall|internal\/[^.]*)\.|^(?:runtime|sync|internal)\//.test(symbol)

/** Position of the innermost frame outside the standard library, else outside the runtime and its like, else of the outermost; -1 for none. */
function userFrame(generation: GenerationTables, frames: Int32Array): number {
  const own = frames.findIndex(frame => !isStandard(generation.frameFunction(frame)) && !isCgoStub(generation.frameFunction(frame)))
  if (own >= 0) return own
  const outside = frames.findIndex(frame => !isPlumbing(generation.frameFunction(frame)))
  return outside >= 0 ? outside : frames.length - 1
}

export class Sites {
  readonly #sites: TraceSite[] = []
  readonly #bySite = new Map<string, number>()
  readonly #names: string[] = []
  readonly #byName = new Map<string, number>()
  /** Answers for the stacks of the current generation; -2 is "not asked yet". */
  #generation: GenerationTables | undefined
  #user = new Int32Array(0)
  #root = new Int32Array(0)
  #leaf = new Int32Array(0)
  #call = new Int32Array(0)
  #texts = new Int32Array(0)

  #enter(generation: GenerationTables): void {
    if (this.#generation === generation) return
    this.#generation = generation
    this.#user = new Int32Array(generation.stackCount).fill(-2)
    this.#root = new Int32Array(generation.stackCount).fill(-2)
    this.#leaf = new Int32Array(generation.stackCount).fill(-2)
    this.#call = new Int32Array(generation.stackCount).fill(-2)
    this.#texts = new Int32Array(4096).fill(-2)
  }

  /** A string of the generation as a name. */
  text(generation: GenerationTables, id: number): number {
    this.#enter(generation)
    if (id < 0 || id >= this.#texts.length) return this.name(generation.text(id))
    const known = this.#texts[id]!
    return known === -2 ? (this.#texts[id] = this.name(generation.text(id))) : known
  }

  /** Name of the innermost function of a stack; -1 without a stack. */
  leaf(generation: GenerationTables, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#leaf[stack]!
    if (known !== -2) return known
    const frame = generation.frames(stack)[0]
    return (this.#leaf[stack] = frame === undefined ? -1 : this.name(generation.frameFunction(frame)))
  }

  /** What a syscall's stack calls: `syscall.read`, or the stub of a C function; -1 without a stack. */
  call(generation: GenerationTables, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#call[stack]!
    if (known !== -2) return known
    const frames = generation.frames(stack)
    const frame = frames.find(frame => !isEntry(generation.frameFunction(frame))) ?? frames[0]
    return (this.#call[stack] = frame === undefined ? -1 : this.name(generation.frameFunction(frame)))
  }

  /** The innermost frame outside the standard library, else outside the runtime and its like, else the outermost; -1 without a stack. */
  user(generation: GenerationTables, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#user[stack]!
    if (known !== -2) return known
    const frames = generation.frames(stack)
    const at = frames[userFrame(generation, frames)]
    return (this.#user[stack] = at === undefined ? -1 : this.#site(generation, at))
  }

  /** What the line that `user` gives calls, as `sync.(*Mutex).Lock`; -1 where that is the runtime's, or nothing. Ask seldom: nothing is kept. */
  callee(generation: GenerationTables, stack: number): number {
    if (stack < 0) return -1
    const frames = generation.frames(stack)
    const inside = frames[userFrame(generation, frames) - 1]
    if (inside === undefined) return -1
    const name = generation.frameFunction(inside)
    return name.startsWith('runtime.') ? -1 : this.name(name)
  }

  /** Name of the outermost function of a stack, where its goroutine started; -1 without a stack. */
  root(generation: GenerationTables, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#root[stack]!
    if (known !== -2) return known
    const frame = generation.frames(stack).at(-1)
    return (this.#root[stack] = frame === undefined ? -1 : this.name(generation.frameFunction(frame)))
  }

  #site(generation: GenerationTables, frame: number): number {
    const site = {function: generation.frameFunction(frame), file: generation.frameFile(frame), line: generation.frameLine(frame)}
    const key = `${site.function}\n${site.file}\n${site.line}`
    const known = this.#bySite.get(key)
    if (known !== undefined) return known
    const index = this.#sites.push(site) - 1
    this.#bySite.set(key, index)
    return index
  }

  name(text: string): number {
    const known = this.#byName.get(text)
    if (known !== undefined) return known
    const index = this.#names.push(text) - 1
    this.#byName.set(text, index)
    return index
  }

  site(index: number): TraceSite | undefined {
    return this.#sites[index]
  }

  nameText(index: number): string {
    return this.#names[index] ?? '(unknown)'
  }

  get nameCount() {
    return this.#names.length
  }
}
