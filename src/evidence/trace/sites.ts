// Functions and lines of a trace under numbers that hold across generations, whose own stack ids do not.
import type {TraceSite} from '../model/trace.ts'
import type {Generation} from './generation.ts'

/** First path elements of the standard library's packages: frames of these are not where a user looks. */
const standard = new Set(
  'archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak'.split(
    ' ',
  ),
)

/** Whether a Go symbol belongs to the standard library. Modules whose path begins with one of its package names are taken for it. */
export function isStandard(symbol: string): boolean {
  const end = symbol.search(/[./]/)
  return standard.has(end < 0 ? symbol : symbol.slice(0, end))
}

export class Sites {
  readonly #sites: TraceSite[] = []
  readonly #bySite = new Map<string, number>()
  readonly #names: string[] = []
  readonly #byName = new Map<string, number>()
  /** Answers for the stacks of the current generation; -2 is "not asked yet". */
  #generation: Generation | undefined
  #user = new Int32Array(0)
  #root = new Int32Array(0)
  #leaf = new Int32Array(0)
  #texts = new Int32Array(0)

  #enter(generation: Generation): void {
    if (this.#generation === generation) return
    this.#generation = generation
    this.#user = new Int32Array(generation.stackCount).fill(-2)
    this.#root = new Int32Array(generation.stackCount).fill(-2)
    this.#leaf = new Int32Array(generation.stackCount).fill(-2)
    this.#texts = new Int32Array(4096).fill(-2)
  }

  /** A string of the generation as a name. */
  text(generation: Generation, id: number): number {
    this.#enter(generation)
    if (id < 0 || id >= this.#texts.length) return this.name(generation.text(id))
    const known = this.#texts[id]!
    return known === -2 ? (this.#texts[id] = this.name(generation.text(id))) : known
  }

  /** Name of the innermost function of a stack; -1 without a stack. */
  leaf(generation: Generation, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#leaf[stack]!
    if (known !== -2) return known
    const frame = generation.frames(stack)[0]
    return (this.#leaf[stack] = frame === undefined ? -1 : this.name(generation.frameFunction(frame)))
  }

  /** The innermost frame outside the standard library, else the innermost; -1 without a stack. */
  user(generation: Generation, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#user[stack]!
    if (known !== -2) return known
    const frames = generation.frames(stack)
    let at = frames[0]
    for (const frame of frames) {
      if (isStandard(generation.frameFunction(frame))) continue
      at = frame
      break
    }
    return (this.#user[stack] = at === undefined ? -1 : this.#site(generation, at))
  }

  /** Name of the outermost function of a stack, where its goroutine started; -1 without a stack. */
  root(generation: Generation, stack: number): number {
    if (stack < 0) return -1
    this.#enter(generation)
    const known = this.#root[stack]!
    if (known !== -2) return known
    const frame = generation.frames(stack).at(-1)
    return (this.#root[stack] = frame === undefined ? -1 : this.name(generation.frameFunction(frame)))
  }

  #site(generation: Generation, frame: number): number {
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
