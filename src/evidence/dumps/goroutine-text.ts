// Reads the goroutines of a debug=2 dump, a panic or a SIGQUIT line by line, and tolerates what other threads printed in between.
// Frame grammar: runtime/traceback.go (traceback2, printAncestorTracebackFuncInfo, printOneCgoTraceback); older forms differ in arguments only.
import type {DumpFrame} from '../model/goroutines.ts'
import {parseGoroutineHeader, type GoroutineHeader} from './goroutine-header.ts'
import {GoroutineGroups} from './goroutine-groups.ts'

/** Foreign lines in a row after which a dump is over. */
const foreignLinesMax = 24
/** Frames of one goroutine at most; the runtime itself prints 100 and elides the rest. */
const stackFramesMax = 10_000

/** One goroutine as it stood, for those who need its order: the first of a crash is the one that failed. */
export interface SingleGoroutine {
  readonly header: GoroutineHeader
  readonly frames: readonly DumpFrame[]
  readonly createdBy?: DumpFrame
  readonly line: number
}

export class GoroutineText {
  readonly groups = new GoroutineGroups()
  /** The first goroutines in the order of the text. */
  readonly first: SingleGoroutine[] = []
  /** `...N frames elided...` and lines that could not be read. */
  elided = 0
  malformed = 0
  readonly #firstMax: number
  /** Threads that throw at once print some goroutines twice, once without a stack: ids seen, and those that still wait for one. */
  readonly #seen: Set<string> | undefined
  readonly #stackless = new Map<string, {header: GoroutineHeader; line: number}>()
  #header: GoroutineHeader | undefined
  #headerLine = 0
  #frames: number[] = []
  #createdBy: number | undefined
  #parent: string | undefined
  #creator = false
  #function: string | undefined
  #inAncestors = false
  /** The last line was blank: a frame cannot follow, a header can. */
  #gap = false
  #foreign = 0

  constructor(firstMax = 1, repeats = false) {
    this.#firstMax = firstMax
    this.#seen = repeats ? new Set() : undefined
  }

  /** Inside a dump: between a header and whatever ends it. */
  get open(): boolean {
    return this.#header !== undefined
  }

  /** A header opens or continues; in between everything that has the form of a frame is taken. */
  offer(text: string, number: number): boolean {
    const header = parseGoroutineHeader(text)
    if (header) {
      this.#flush()
      this.#header = header
      this.#headerLine = number
      this.#gap = false
      this.#foreign = 0
      return true
    }
    if (!this.#header) return false
    if (text === '') {
      this.#gap = true
      this.#function = undefined
      return true
    }
    if (this.#stackLine(text)) {
      this.#foreign = 0
      return true
    }
    if (++this.#foreign > foreignLinesMax || (this.#gap && this.#foreign > 2)) this.#close()
    return false
  }

  /** True when a function's name came and its place did not: the text broke off, or something tore it. */
  get awaitsPlace(): boolean {
    return this.#function !== undefined
  }

  finish(): void {
    this.#close()
  }

  #stackLine(text: string): boolean {
    const first = text.charCodeAt(0)
    // A tab; blanks in dumps that went through a terminal or a chat.
    if (first === 9 || (first === 32 && text.startsWith('    '))) {
      if (this.#function !== undefined) {
        this.#location(text.trimStart())
        return true
      }
      return text.trimStart().startsWith('goroutine running on other thread')
    }
    if (this.#gap) return false
    if (text.startsWith('...')) {
      const elided = /^\.\.\.(?:(\d+)|additional) frames elided/.exec(text)
      if (elided) this.elided += Number(elided[1] ?? 1)
      return elided !== null
    }
    if (first === 91 /* [ */ && text.startsWith('[originating from goroutine ')) {
      this.#inAncestors = true
      this.#function = undefined
      return true
    }
    if (text.startsWith('created by ')) {
      const by = text.slice('created by '.length)
      const parent = by.lastIndexOf(' in goroutine ')
      this.#function = parent < 0 ? by : by.slice(0, parent)
      if (!this.#inAncestors) this.#parent = parent < 0 ? undefined : /^\d+/.exec(by.slice(parent + ' in goroutine '.length))?.[0]
      this.#creator = true
      return true
    }
    if (first === 114 /* r */ && text.startsWith('runtime: ')) return false
    const paren = text.charCodeAt(text.length - 1) === 41 /* ) */ ? text.lastIndexOf('(') : -1
    if (paren > 0 && isFunctionName(text, paren)) {
      this.#function = text.slice(0, paren)
      this.#creator = false
      return true
    }
    if (text === 'non-Go function' || (/^[A-Za-z_][\w.$]*$/.test(text) && !/^(?:FAIL|PASS|ok)$/.test(text))) {
      this.#function = text
      this.#creator = false
      return true
    }
    if (/^[\w./*()[\]-]+\.[\w./*()[\]-]+[()]+$/.test(text)) this.malformed++
    return false
  }

  #location(location: string): void {
    const fn = this.#function
    this.#function = undefined
    if (fn === undefined || this.#inAncestors) return
    const id = this.groups.frame(fn, location)
    if (this.#creator) this.#createdBy = id
    else if (this.#frames.length < stackFramesMax) this.#frames.push(id)
  }

  #flush(): void {
    const header = this.#header
    if (header && this.#counts(header)) {
      this.groups.add({header, frames: this.#frames, createdBy: this.#createdBy, parent: this.#parent, line: this.#headerLine})
      if (this.first.length < this.#firstMax)
        this.first.push({
          header,
          frames: this.#frames.map(id => this.groups.frameAt(id)),
          ...(this.#createdBy === undefined ? {} : {createdBy: this.groups.frameAt(this.#createdBy)}),
          line: this.#headerLine,
        })
    }
    this.#header = undefined
    this.#frames = []
    this.#createdBy = undefined
    this.#parent = undefined
    this.#function = undefined
    this.#inAncestors = false
  }

  /** False when the goroutine was counted before, or has no stack yet and may come again. */
  #counts(header: GoroutineHeader): boolean {
    if (!this.#seen) return true
    if (this.#seen.has(header.id)) return false
    if (this.#frames.length === 0) {
      this.#stackless.set(header.id, {header, line: this.#headerLine})
      return false
    }
    this.#seen.add(header.id)
    this.#stackless.delete(header.id)
    return true
  }

  #close(): void {
    this.#flush()
    for (const {header, line} of this.#stackless.values()) this.groups.add({header, frames: [], createdBy: undefined, line})
    this.#stackless.clear()
  }
}

/** Function names hold no blanks outside type arguments, and the arguments of a frame no parentheses. */
function isFunctionName(text: string, paren: number): boolean {
  const space = text.indexOf(' ')
  if (space >= 0 && space < paren) return text.includes('[') && text.indexOf('[') < space
  return true
}
