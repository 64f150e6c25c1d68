// Tokens from bytes: positions, automatic semicolons, comments and the line table, as src/go/scanner/scanner.go has them (Go 1.26). The
// current token lies in fields; literals are cut out of the text only when somebody asks. Line directives are comments here.
import {intern, internedToken, internText} from './intern.ts'
import {lineTable, newlineFrom} from './line-table.ts'
import {illegalCharacter, numberToken, scanEscape, scanNumber, scanRune} from './literals.ts'
import {decodeRune, isDigitRune, isLetterRune, runeLength, type SourceText, type Wide} from './source-text.ts'
import * as T from './token.ts'

/** What a byte may be part of: 1 starts a name, 2 continues one, 4 is a digit. */
const byteClass = new Uint8Array(256)
for (let c = 0; c < 128; c++) {
  if (/[A-Za-z_]/.test(String.fromCharCode(c))) byteClass[c] = 3
  else if (/[0-9]/.test(String.fromCharCode(c))) byteClass[c] = 6
}

/** After what a number is more than decimal digits: `.`, letters (e, x, i, ...), `_`. */
const numberGoesOn = (c: number) => c === 46 || byteClass[c] === 3

const noLines = new Int32Array(0)
/** Longest piece of a file that is read off its bytes alone: an import path, a number, most tags. */
const shortBytesMax = 64

/** Escapes of one letter, and the quote of a string. */
const shortEscape = new Uint8Array(256)
for (const c of 'abfnrtv\\"') shortEscape[c.charCodeAt(0)] = 1

export class Scanner {
  readonly src: Uint8Array
  readonly words: Int32Array
  readonly size: number
  readonly wide: Wide | undefined
  /** Of all lines, also those that are not scanned yet; nothing, and a total of 0, while nobody has asked for them. */
  lineStarts: Int32Array
  lineTotal: number
  /** Where the next token is looked for. */
  at: number
  tok = T.ILLEGAL
  pos = 0
  end = 0
  /** Line of `pos`, from 1; 0 before the first token. */
  line = 0
  /** Of a SEMICOLON: it stands for a newline or the end of the file. */
  automatic = false
  /** Of IDENT and keywords. */
  name = ''
  /** Line of `at`, from 1; without the table lines of skipped bodies are not counted. */
  lineCount = 1
  /** Line comments are passed over like blanks: nobody wants them. */
  protected dropsLineComments = false
  private text: string | undefined
  private readonly decode: () => string
  private wideAt = 0
  private insertSemi = 0
  private pendingSemi = -1
  private pendingLine = 0
  private readonly report = (pos: number, message: string) => this.scanError(pos, message)

  constructor(source: SourceText) {
    this.src = source.bytes
    this.words = source.words
    this.size = source.size
    this.wide = source.wide
    this.lineStarts = source.lines?.starts ?? noLines
    this.lineTotal = source.lines?.total ?? 0
    this.text = source.text
    this.decode = source.decode
    this.at = source.start
  }

  /** Overridden by the parser. */
  scanError(_pos: number, _message: string): void {}

  /** The file's own spelling of `[from, to)`. */
  slice(from: number, to: number): string {
    const text = (this.text ??= this.decode())
    if (this.wide === undefined) return text.slice(from, to)
    return text.slice(from - this.surplusAt(this.wide, from), to - this.surplusAt(this.wide, to))
  }

  /** As `slice`, for short pieces of a file of which little else is wanted: they are read off the bytes while nothing has asked for the text. */
  shortSlice(from: number, to: number): string {
    return this.text === undefined && to - from <= shortBytesMax ? internText(this.src, from, to) : this.slice(from, to)
  }

  /** How many bytes more than UTF-16 units stand before `offset`, which is no place inside a character. Mostly asked in rising order. */
  private surplusAt(wide: Wide, offset: number): number {
    let at = this.wideAt
    if (at > 0 && wide.ends[at - 1]! > offset) {
      let low = 0
      while (low < at) {
        const middle = (low + at) >>> 1
        if (wide.ends[middle]! <= offset) low = middle + 1
        else at = middle
      }
    }
    while (at < wide.ends.length && wide.ends[at]! <= offset) at++
    this.wideAt = at
    return at === 0 ? 0 : wide.surplus[at - 1]!
  }

  /** Behind something that may hold newlines. */
  private moveTo(at: number): void {
    this.at = this.end = at
    this.lineCount = this.lineAt(at, this.lineCount)
  }

  /** The newline that ends the current line, on which `at` is, or the end of the file. */
  private lineEnd(at: number): number {
    return this.lineTotal > 0 ? this.lineStarts[this.lineCount]! - 1 : newlineFrom(this.src, this.words, at, this.size)
  }

  /** Makes the table if nobody has asked for it before: whoever tells an error needs it. */
  knowLines(): void {
    if (this.lineTotal > 0) return
    const {starts, total} = lineTable(this.src, this.words, this.size)
    this.lineStarts = starts
    this.lineTotal = total
    this.lineCount = this.lineAt(Math.max(this.pos, this.at), 1)
  }

  /** The line of an offset that is not before line `from`. */
  lineAt(offset: number, from: number): number {
    const {lineStarts, lineTotal} = this
    let line = from
    while (line < lineTotal && lineStarts[line]! <= offset) line++
    return line
  }

  scan(): void {
    if (this.pendingSemi >= 0) return this.takePendingSemi()
    const src = this.src
    let at = this.at
    let c = src[at]!
    for (;;) {
      if (c > 32) {
        if (c !== 47 || !this.dropsLineComments || src[at + 1] !== 47) break
        at = this.lineEnd(at) - 1
      } else if (c === 10) {
        if (this.insertSemi !== 0) return this.newlineSemi(at)
        if (at + 1 < this.size) this.lineCount++
      } else if (c !== 32 && c !== 9 && c !== 13) break
      c = src[++at]!
    }
    this.pos = at
    this.line = this.lineCount
    const kind = byteClass[c]!
    if (kind === 3) return this.scanName(at, c)
    if (kind === 6) return this.scanNumber(at)
    this.scanOther(at, c)
  }

  /** Goes on behind a `}` that somebody else found at `at` - 1. */
  scanAfterBrace(at: number): void {
    this.tok = T.RBRACE
    this.insertSemi = 1
    this.pendingSemi = -1
    this.pos = Math.max(at - 1, 0)
    this.moveTo(at)
    this.line = this.lineCount
  }

  /** Begins in the middle of a file, before the first token. */
  startAt(at: number): void {
    this.moveTo(at)
  }

  private takePendingSemi(): void {
    this.tok = T.SEMICOLON
    this.automatic = true
    this.pos = this.end = this.pendingSemi
    this.line = this.pendingLine
    this.pendingSemi = -1
  }

  private newlineSemi(at: number): void {
    this.insertSemi = 0
    this.tok = T.SEMICOLON
    this.automatic = true
    this.pos = this.end = at
    this.line = this.lineCount
    this.at = at + 1
    if (at + 1 < this.size) this.lineCount++
  }

  private scanName(from: number, first: number): void {
    const src = this.src
    let hash = first
    let at = from + 1
    let c = src[at]!
    while ((byteClass[c]! & 2) !== 0) {
      hash = (Math.imul(hash, 31) + c) | 0
      c = src[++at]!
    }
    if (c >= 0x80) return this.scanUnicodeName(from, at)
    this.name = intern(src, from, at, hash)
    this.tok = internedToken
    this.insertSemi = T.endsLine[internedToken]!
    this.at = this.end = at
  }

  /** A name with letters outside ASCII; `at` is the first byte that is not. */
  private scanUnicodeName(from: number, at: number): void {
    const {src, size} = this
    while (at < size) {
      const c = src[at]!
      if (c < 0x80) {
        if ((byteClass[c]! & 2) === 0) break
        at++
        continue
      }
      const rune = decodeRune(src, at, size)
      if (rune < 0 || !(isLetterRune(rune) || isDigitRune(rune))) break
      at += runeLength(rune)
    }
    this.name = this.slice(from, at)
    this.tok = T.IDENT
    this.insertSemi = 1
    this.at = this.end = at
    // the run may have stopped at the first byte: an ASCII name before a stray character, perhaps a keyword
    const token = T.spelling.indexOf(this.name)
    if (token >= T.firstKeyword && token <= T.lastKeyword) {
      this.tok = token
      this.insertSemi = T.endsLine[token]!
    }
  }

  private scanNumber(from: number): void {
    const src = this.src
    let at = from
    let c = src[at]!
    if (c !== 48) while ((byteClass[c]! & 4) !== 0) c = src[++at]!
    else {
      c = src[++at]!
      if (c === 120) {
        // 0x and hexadecimal digits only: what tables are made of
        do c = src[++at]!
        while (byteClass[c]! >= 6 || ((c | 32) >= 97 && (c | 32) <= 102))
        if (at === from + 2) c = 46
      }
    }
    if (numberGoesOn(c) || (byteClass[c]! & 4) !== 0) {
      at = scanNumber(src, from, this.report)
      this.tok = numberToken
    } else this.tok = T.INT
    this.insertSemi = 1
    this.at = this.end = at
  }

  private scanOther(at: number, c: number): void {
    const src = this.src
    switch (c) {
      case 34:
        return this.scanString(at)
      case 96:
        return this.scanRawString(at)
      case 39:
        return this.scanRune(at)
      case 47: // /
        if (src[at + 1] === 47) return this.scanLineComment(at)
        if (src[at + 1] === 42) return this.scanGeneralComment(at)
        return this.operator(at, T.QUO, T.QUO_ASSIGN)
      case 40:
        return this.token(at, T.LPAREN, 1)
      case 41:
        return this.token(at, T.RPAREN, 1)
      case 44:
        return this.token(at, T.COMMA, 1)
      case 46: // .
        if ((byteClass[src[at + 1]!]! & 4) !== 0) {
          this.at = this.end = scanNumber(src, at, this.report)
          this.tok = numberToken
          this.insertSemi = 1
          return
        }
        return src[at + 1] === 46 && src[at + 2] === 46 ? this.token(at, T.ELLIPSIS, 3) : this.token(at, T.PERIOD, 1)
      case 58:
        return this.operator(at, T.COLON, T.DEFINE)
      case 59:
        this.automatic = false
        return this.token(at, T.SEMICOLON, 1)
      case 91:
        return this.token(at, T.LBRACK, 1)
      case 93:
        return this.token(at, T.RBRACK, 1)
      case 123:
        return this.token(at, T.LBRACE, 1)
      case 125:
        return this.token(at, T.RBRACE, 1)
      case 61:
        return this.operator(at, T.ASSIGN, T.EQL)
      case 33:
        return this.operator(at, T.NOT, T.NEQ)
      case 42:
        return this.operator(at, T.MUL, T.MUL_ASSIGN)
      case 37:
        return this.operator(at, T.REM, T.REM_ASSIGN)
      case 94:
        return this.operator(at, T.XOR, T.XOR_ASSIGN)
      case 43:
        return src[at + 1] === 43 ? this.token(at, T.INC, 2) : this.operator(at, T.ADD, T.ADD_ASSIGN)
      case 45:
        return src[at + 1] === 45 ? this.token(at, T.DEC, 2) : this.operator(at, T.SUB, T.SUB_ASSIGN)
      case 124:
        return src[at + 1] === 124 ? this.token(at, T.LOR, 2) : this.operator(at, T.OR, T.OR_ASSIGN)
      case 38: // &
        if (src[at + 1] === 38) return this.token(at, T.LAND, 2)
        if (src[at + 1] !== 94) return this.operator(at, T.AND, T.AND_ASSIGN)
        return src[at + 2] === 61 ? this.token(at, T.AND_NOT_ASSIGN, 3) : this.token(at, T.AND_NOT, 2)
      case 60: // <
        if (src[at + 1] === 45) return this.token(at, T.ARROW, 2)
        if (src[at + 1] !== 60) return this.operator(at, T.LSS, T.LEQ)
        return src[at + 2] === 61 ? this.token(at, T.SHL_ASSIGN, 3) : this.token(at, T.SHL, 2)
      case 62: // >
        if (src[at + 1] !== 62) return this.operator(at, T.GTR, T.GEQ)
        return src[at + 2] === 61 ? this.token(at, T.SHR_ASSIGN, 3) : this.token(at, T.SHR, 2)
      case 126:
        return this.token(at, T.TILDE, 1)
      default:
        return this.scanStrange(at, c)
    }
  }

  private token(at: number, tok: number, length: number): void {
    this.tok = tok
    this.insertSemi = T.endsLine[tok]!
    this.at = this.end = at + length
  }

  private operator(at: number, plain: number, withEquals: number): void {
    this.insertSemi = 0
    if (this.src[at + 1] === 61) {
      this.tok = withEquals
      this.at = this.end = at + 2
    } else {
      this.tok = plain
      this.at = this.end = at + 1
    }
  }

  /** The end of the file, a letter outside ASCII, or a character that starts no token. */
  private scanStrange(at: number, c: number): void {
    if (at >= this.size) {
      this.pos = this.at = this.end = this.size
      this.automatic = true
      this.tok = this.insertSemi !== 0 ? T.SEMICOLON : T.EOF
      this.insertSemi = 0
      return
    }
    const rune = decodeRune(this.src, at, this.size)
    if (c >= 0x80 && rune >= 0 && isLetterRune(rune)) return this.scanUnicodeName(at, at)
    if (rune !== 0xfeff) this.scanError(at, illegalCharacter(rune < 0 ? 0xfffd : rune))
    this.tok = T.ILLEGAL
    this.at = this.end = at + (rune < 0 ? 1 : runeLength(rune))
  }

  private scanString(from: number): void {
    const {src, size} = this
    let at = from + 1
    for (;;) {
      const c = src[at]!
      if (c === 34) {
        at++
        break
      }
      if (c === 92 && shortEscape[src[at + 1]!] === 1) at += 2
      else if (c === 92) {
        const end = scanEscape(src, at + 1, size, 34, this.report)
        at = end < 0 ? ~end : end
      } else if (c === 10 || at >= size) {
        this.scanError(from, 'string literal not terminated')
        break
      } else at++
    }
    this.tok = T.STRING
    this.insertSemi = 1
    this.at = this.end = at
  }

  private scanRawString(from: number): void {
    const {src, size} = this
    let at = from + 1
    for (;;) {
      const c = src[at]!
      if (c === 96) {
        at++
        break
      }
      if (c === 0 && at >= size) {
        this.scanError(from, 'raw string literal not terminated')
        break
      }
      at++
    }
    this.tok = T.STRING
    this.insertSemi = 1
    this.moveTo(at)
  }

  private scanRune(from: number): void {
    const {src} = this
    const c = src[from + 1]!
    const plain = c !== 92 && c !== 39 && c !== 10 && c < 0x80 && src[from + 2] === 39
    this.tok = T.CHAR
    this.insertSemi = 1
    this.at = this.end = plain ? from + 3 : scanRune(src, from, this.size, this.report)
  }

  private scanLineComment(from: number): void {
    this.tok = T.COMMENT
    this.at = this.end = this.lineEnd(from)
  }

  private scanGeneralComment(from: number): void {
    const {src, size} = this
    let at = from + 2
    for (;;) {
      const c = src[at]!
      if (c === 42 && src[at + 1] === 47) {
        at += 2
        break
      }
      if (c === 0 && at >= size) {
        this.scanError(from, 'comment not terminated')
        break
      }
      at++
    }
    const firstNewline = this.insertSemi === 0 ? at : this.lineEnd(from)
    if (firstNewline < at) {
      this.pendingSemi = firstNewline
      this.pendingLine = this.line
      this.insertSemi = 0
    }
    this.tok = T.COMMENT
    this.moveTo(at)
  }
}
