// Finished pictures by the hash of what they were made from, the least recently used dropped first. Bounded by bytes.

export class PictureCache<T> {
  readonly #bytesMax: number
  readonly #entries = new Map<string, {readonly value: T; readonly bytes: number}>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key) // a Map keeps the order of insertion: the newest stands last
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: T, bytes: number): void {
    if (bytes > this.#bytesMax) return
    this.#drop(key)
    this.#entries.set(key, {value, bytes})
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.#drop(oldest)
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }
}
