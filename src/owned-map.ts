// A map that owns what it holds: values are copied on their way in and out, released when they leave, and all of them at `dispose()`.
// A FinalizationRegistry is the backstop for a map nobody disposed of: it may run late or never (ECMAScript, "Processing Model of WeakRef and
// FinalizationRegistry Targets"), so it reports a bug of the caller and is no way to free things.

/** What happens to values that are instances of classes, functions or other things a structured clone cannot keep. */
export type InstancePolicy<V> = 'share' | 'refuse' | ((value: V) => V)

export interface OwnedMapOptions<K, V> {
  /**
   * Primitives are stored as they are. Plain objects, arrays, Map, Set, Date, RegExp, Error, ArrayBuffer and typed arrays are copied deeply. For the
   * rest: `refuse` (default) throws, `share` stores the very object, a function makes the copy.
   */
  readonly instances?: InstancePolicy<V>
  /** Called once for each value that leaves the map: overwritten, deleted, cleared or there at `dispose`. */
  readonly release?: (value: V, key: K) => void
  /** Called when the garbage collector found a map that was never disposed of; its values have been released by then. */
  readonly onLeak?: (leak: {readonly name: string; readonly size: number}) => void
  /** For reports. */
  readonly name?: string
  /** Size that is reported once, and again at each doubling; default 10,000. */
  readonly threshold?: number
  readonly onGrowth?: (growth: {readonly name: string; readonly size: number}) => void
}

/** What outlives the map in the registry: everything but the map itself. */
interface Holdings<K, V> {
  readonly values: Map<K, V>
  readonly options: OwnedMapOptions<K, V>
}

// One registry serves maps of every type; what it holds is only ever released by the functions that came with it.
const registry = new FinalizationRegistry<{leaked(): void}>(held => held.leaked())

export class OwnedMap<K, V> implements Disposable {
  readonly #held: Holdings<K, V>
  #disposed = false
  #reportAt: number

  constructor(entries: Iterable<readonly [K, V]> = [], options: OwnedMapOptions<K, V> = {}) {
    const held: Holdings<K, V> = {values: new Map(), options}
    this.#held = held
    this.#reportAt = Math.max(1, options.threshold ?? 10_000)
    registry.register(this, {leaked: () => leaked(held)}, this)
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.#values().size
  }

  get disposed(): boolean {
    return this.#disposed
  }

  has(key: K): boolean {
    return this.#values().has(key)
  }

  /** A copy of the value; changing it changes nothing here. */
  get(key: K): V | undefined {
    const values = this.#values()
    return values.has(key) ? this.#copy(values.get(key) as V) : undefined // `has` says it is a V
  }

  /** Stores a copy of the value and releases the one that was there. */
  set(key: K, value: V): this {
    const values = this.#values()
    const copy = this.#copy(value)
    const had = values.has(key)
    const old = values.get(key)
    values.set(key, copy)
    if (had && old !== copy) this.#held.options.release?.(old as V, key) // `has` says it is a V
    if (values.size >= this.#reportAt) {
      while (this.#reportAt <= values.size) this.#reportAt *= 2
      this.#held.options.onGrowth?.({name: this.#held.options.name ?? '', size: values.size})
    }
    return this
  }

  delete(key: K): boolean {
    const values = this.#values()
    if (!values.has(key)) return false
    const value = values.get(key) as V // `has` says it is a V
    values.delete(key)
    this.#held.options.release?.(value, key)
    return true
  }

  clear(): void {
    releaseAll(this.#held, this.#values())
  }

  /** Copies of the entries, in the order they were first set. */
  *entries(): Generator<[K, V]> {
    for (const [key, value] of this.#values()) yield [key, this.#copy(value)]
  }

  [Symbol.iterator](): Generator<[K, V]> {
    return this.entries()
  }

  keys(): MapIterator<K> {
    return this.#values().keys()
  }

  /** Releases every value. Calling it again does nothing; every other method throws from now on. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    registry.unregister(this)
    releaseAll(this.#held, this.#held.values)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #values(): Map<K, V> {
    if (this.#disposed) throw new TypeError('this OwnedMap was disposed of')
    return this.#held.values
  }

  #copy(value: V): V {
    return copyOf(value, this.#held.options.instances ?? 'refuse')
  }
}

/** Every value is released although one release throws; the first error is thrown at the end. */
function releaseAll<K, V>({options}: Holdings<K, V>, values: Map<K, V>): void {
  const all = [...values]
  values.clear()
  const failures: unknown[] = []
  for (const [key, value] of all) {
    try {
      options.release?.(value, key)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

function leaked<K, V>(held: Holdings<K, V>): void {
  const size = held.values.size
  try {
    releaseAll(held, held.values)
  } finally {
    held.options.onLeak?.({name: held.options.name ?? '', size})
  }
}

function copyOf<V>(value: V, instances: InstancePolicy<V>): V {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return value
  if (isCloneable(value, new Set())) return structuredClone(value)
  if (typeof instances === 'function') return instances(value)
  if (instances === 'share') return value
  throw new TypeError(`an OwnedMap cannot copy ${describe(value)}; give it a copy function or "share" as "instances"`)
}

/** Deeper values are refused: a copy would need as much stack. */
const depthMax = 1000

const cloneable = [Date, RegExp, ArrayBuffer, DataView, Error] as const

/** Whether a structured clone keeps all of it: no function, no instance of a class, nowhere inside. */
function isCloneable(value: unknown, seen: Set<object>, depth = 0): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  if (seen.has(value)) return true
  if (depth > depthMax) return false
  seen.add(value)
  const inside = (parts: Iterable<unknown>) => [...parts].every(part => isCloneable(part, seen, depth + 1))
  if (value instanceof Map) return isPlain(value, Map) && inside(value.keys()) && inside(value.values())
  if (value instanceof Set) return isPlain(value, Set) && inside(value)
  if (ArrayBuffer.isView(value) || cloneable.some(type => value instanceof type)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype && prototype !== Array.prototype) return false
  const accessors = Object.values(Object.getOwnPropertyDescriptors(value)).some(
    property => property.get !== undefined || property.set !== undefined,
  )
  return !accessors && Object.getOwnPropertySymbols(value).length === 0 && inside(Object.values(value))
}

const isPlain = (value: object, type: {readonly prototype: object}) => Object.getPrototypeOf(value) === type.prototype

const describe = (value: unknown): string =>
  typeof value === 'function'
    ? 'a function'
    : `a ${(value as {constructor?: {name?: string}}).constructor?.name ?? 'object'} or something inside it` // an object by its caller
