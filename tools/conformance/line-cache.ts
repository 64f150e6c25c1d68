// Results of a long comparison, a line of JSON each in .cache, so that a run that was ended goes on where it stopped.
import {appendFileSync, existsSync, mkdirSync, readFileSync} from 'node:fs'
import {dirname} from 'node:path'

export class LineCache<T> {
  readonly #path: string
  readonly #known = new Map<string, T>()

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), {recursive: true})
    if (!existsSync(path)) return
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      try {
        const [key, value] = JSON.parse(line) as [string, T]
        this.#known.set(key, value)
      } catch {
        // The last line of a run that was ended may be cut.
      }
    }
  }

  get(key: string): T | undefined {
    return this.#known.get(key)
  }

  set(key: string, value: T): void {
    this.#known.set(key, value)
    appendFileSync(this.#path, `${JSON.stringify([key, value])}\n`)
  }
}
