// The bytes behind a load: source files by path, and as much of their content as a bound allows. A synchronous core reads from here.
import {errors, TriageError} from '../../base/errors.ts'
import {checkpoint, type Task} from '../../base/progress.ts'
import type {LoadNote, SourceFile} from './api.ts'
import {inParallel, type Tree} from './tree.ts'

/** Bytes kept from loading so that they need not be read again; hosts that cannot read synchronously keep everything. */
const keptBytesMax = 128 << 20
const readsAtOnce = 16

export class FileTable {
  readonly #tree: Tree
  readonly #bytesMax: number
  readonly #files = new Map<string, SourceFile>()
  readonly #bytes = new Map<SourceFile, Uint8Array>()
  #keptBytes = 0

  constructor(tree: Tree, bytesMax: number) {
    this.#tree = tree
    this.#bytesMax = bytesMax
  }

  get readsAgain(): boolean {
    return this.#tree.host.readFileSync !== undefined
  }

  /** The one object for a path. */
  at(path: string, name: string): SourceFile {
    let file = this.#files.get(path)
    if (file === undefined) {
      file = {path, name}
      this.#files.set(path, file)
    }
    return file
  }

  /** Remembers bytes that were read anyway, while there is room. */
  keep(file: SourceFile, bytes: Uint8Array): void {
    if (this.#bytes.has(file)) return
    if (this.#tree.host.readFileSync && this.#keptBytes + bytes.length > keptBytesMax) return
    this.#bytes.set(file, bytes)
    this.#keptBytes += bytes.length
  }

  bytes(file: SourceFile): Uint8Array {
    const kept = this.#bytes.get(file)
    if (kept !== undefined) return kept
    const bytes = this.#tree.readNow(file.path, this.#bytesMax)
    if (bytes === undefined) throw errors.unreadable(file.path, 'it was not preloaded and this host reads only asynchronously')
    return bytes
  }

  release(file: SourceFile): void {
    const bytes = this.#bytes.get(file)
    if (bytes === undefined) return
    this.#bytes.delete(file)
    this.#keptBytes -= bytes.length
  }

  /** Reads what is not there yet; the notes say what could not be read. */
  async preload(files: readonly SourceFile[], task: Task | undefined): Promise<LoadNote[]> {
    const notes: LoadNote[] = []
    const wanted = files.filter(file => !this.#bytes.has(file))
    await inParallel(wanted, readsAtOnce, async file => {
      checkpoint(task)
      try {
        const bytes = await this.#tree.read(file.path, this.#bytesMax)
        this.#bytes.set(file, bytes)
        this.#keptBytes += bytes.length
      } catch (error) {
        if (!(error instanceof TriageError)) throw error
        notes.push({code: 'file-unreadable', message: error.message, path: file.path})
      }
    })
    return notes
  }
}
