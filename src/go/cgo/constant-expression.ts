// Integer constant expressions of C: enum values, array lengths, macros, #if. Undefined stands for "cannot be computed here".
import type {CToken} from './c-token.ts'
import type {CType} from './c-type.ts'
import type {CPlatform} from './platform.ts'

export interface CValue {
  readonly value: bigint
  readonly bits: 32 | 64
  readonly unsigned: boolean
}

export interface ExpressionContext {
  readonly platform: CPlatform
  /** The value of a name, undefined when unknown. */
  readonly identifier: (name: string) => bigint | undefined
  /** Reads a type name at `at`; undefined when none starts there. */
  readonly typeAt?: (tokens: readonly CToken[], at: number) => {readonly type: CType; readonly end: number} | undefined
  readonly sizeOf?: (type: CType) => {readonly size: number; readonly align: number} | undefined
  /** As in #if: every integer has 64 bits. */
  readonly wide?: boolean
  /** Tokens that make the result unknown. */
  readonly doubtful?: (token: CToken) => boolean
}

const depthMax = 200

/** The value of the whole token list, or undefined. */
export function evaluate(tokens: readonly CToken[], context: ExpressionContext): CValue | undefined {
  const reader = new ExpressionReader(tokens, context)
  const value = reader.conditional(0)
  return reader.done ? value : undefined
}

// prettier keeps one line
const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
}

class ExpressionReader {
  #at = 0
  readonly #tokens: readonly CToken[]
  readonly #context: ExpressionContext

  constructor(tokens: readonly CToken[], context: ExpressionContext) {
    this.#tokens = tokens
    this.#context = context
  }

  get done(): boolean {
    return this.#tokens.length > 0 && this.#at === this.#tokens.length
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.text
  }

  conditional(depth: number): CValue | undefined {
    const condition = this.#binary(1, depth + 1)
    if (this.#peek() !== '?' || this.#tokens[this.#at]?.kind !== 'punctuator') return condition
    this.#at++
    const yes = this.conditional(depth + 1)
    if (this.#peek() !== ':') return undefined
    this.#at++
    const no = this.conditional(depth + 1)
    if (condition === undefined) return undefined
    const [chosen, other] = condition.value === 0n ? [no, yes] : [yes, no]
    // The side that is not taken may still make the result unsigned or wider; in #if that hardly matters, and it is often unknown there.
    if (chosen === undefined || other === undefined) return this.#context.wide === true ? chosen : undefined
    return apply('+', chosen, {...other, value: 0n})
  }

  #binary(level: number, depth: number): CValue | undefined {
    if (depth > depthMax) return undefined
    let left = this.#unary(depth + 1)
    for (;;) {
      const op = this.#peek() ?? ''
      const own = Object.hasOwn(precedence, op) ? (precedence[op] ?? 0) : 0
      if (own < level || own === 0) return left
      this.#at++
      const right = this.#binary(own + 1, depth + 1)
      left = apply(op, left, right)
    }
  }

  #unary(depth: number): CValue | undefined {
    if (depth > depthMax) return undefined
    const token = this.#tokens[this.#at]
    if (token === undefined) return undefined
    switch (token.text) {
      case '-':
      case '+':
      case '~':
      case '!': {
        this.#at++
        return negate(token.text, this.#unary(depth + 1))
      }
      case 'sizeof':
      case '_Alignof':
      case '__alignof__':
        return this.#sizeof(token.text !== 'sizeof')
      case '(':
        return this.#parenthesis(depth)
      default:
        return this.#primary(token)
    }
  }

  #parenthesis(depth: number): CValue | undefined {
    const cast = this.#context.typeAt?.(this.#tokens, this.#at + 1)
    if (cast !== undefined && this.#tokens[cast.end]?.text === ')') {
      this.#at = cast.end + 1
      return convert(this.#unary(depth + 1), cast.type, this.#context.platform)
    }
    this.#at++
    const value = this.conditional(depth + 1)
    if (this.#peek() !== ')') {
      this.#at = -1 // never done
      return undefined
    }
    this.#at++
    return value
  }

  #sizeof(alignment: boolean): CValue | undefined {
    const target =
      this.#peek() !== undefined && this.#tokens[this.#at + 1]?.text === '('
        ? this.#context.typeAt?.(this.#tokens, this.#at + 2)
        : undefined
    if (target === undefined || this.#tokens[target.end]?.text !== ')') {
      this.#at = this.#tokens.length
      return undefined
    }
    this.#at = target.end + 1
    const layout = this.#context.sizeOf?.(target.type)
    if (layout === undefined) return undefined
    return {
      value: BigInt(alignment ? layout.align : layout.size),
      bits: this.#context.platform.pointerBytes === 8 ? 64 : 32,
      unsigned: true,
    }
  }

  #primary(token: CToken): CValue | undefined {
    const value = this.#value(token)
    return value === undefined || this.#context.wide !== true ? value : {...value, bits: 64}
  }

  #value(token: CToken): CValue | undefined {
    this.#at++
    if (this.#context.doubtful?.(token) === true) return undefined
    if (token.kind === 'number') {
      return token.text === '?' ? undefined : integerLiteral(token.text, this.#context.platform)
    }
    if (token.kind === 'character') return characterLiteral(token.text)
    if (token.kind !== 'identifier') return undefined
    const value = this.#context.identifier(token.text)
    if (this.#peek() === '(') {
      this.#at = this.#tokens.length // a call: no constant
      return undefined
    }
    return value === undefined ? undefined : fitted(value)
  }
}

const signed = (value: bigint): CValue => ({value, bits: 32, unsigned: false})
/** The narrowest of int, long long and unsigned long long that holds the value of a named constant. */
function fitted(value: bigint): CValue {
  if (BigInt.asIntN(32, value) === value) return signed(value)
  return BigInt.asIntN(64, value) === value ? {value, bits: 64, unsigned: false} : {value, bits: 64, unsigned: true}
}

const wrap = (value: bigint, bits: 32 | 64, unsigned: boolean): CValue => ({
  value: unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value),
  bits,
  unsigned,
})

function apply(op: string, x: CValue | undefined, y: CValue | undefined): CValue | undefined {
  // What one side decides, the other need not know.
  if (op === '&&' || op === '||') {
    const decided = op === '&&' ? 0n : 1n
    const truth = (v: CValue | undefined) => (v === undefined ? undefined : v.value === 0n ? 0n : 1n)
    if (truth(x) === decided || truth(y) === decided) return signed(decided)
    return x === undefined || y === undefined ? undefined : signed(1n - decided)
  }
  if (x === undefined || y === undefined) return undefined
  if (op === '<<' || op === '>>') {
    if (y.value < 0n || y.value >= BigInt(x.bits)) return undefined
    return wrap(op === '<<' ? x.value << y.value : x.value >> y.value, x.bits, x.unsigned)
  }
  const bits = Math.max(x.bits, y.bits) === 64 ? 64 : 32
  const unsigned = (x.unsigned && x.bits === bits) || (y.unsigned && y.bits === bits)
  return arithmetic(op, wrap(x.value, bits, unsigned).value, wrap(y.value, bits, unsigned).value, bits, unsigned)
}

function arithmetic(op: string, a: bigint, b: bigint, bits: 32 | 64, unsigned: boolean): CValue | undefined {
  const truth = (holds: boolean) => signed(holds ? 1n : 0n)
  switch (op) {
    case '+':
      return wrap(a + b, bits, unsigned)
    case '-':
      return wrap(a - b, bits, unsigned)
    case '*':
      return wrap(a * b, bits, unsigned)
    case '/':
      return b === 0n || overflows(a, b, bits, unsigned) ? undefined : wrap(a / b, bits, unsigned)
    case '%':
      return b === 0n || overflows(a, b, bits, unsigned) ? undefined : wrap(a % b, bits, unsigned)
    case '&':
      return wrap(a & b, bits, unsigned)
    case '|':
      return wrap(a | b, bits, unsigned)
    case '^':
      return wrap(a ^ b, bits, unsigned)
    case '==':
      return truth(a === b)
    case '!=':
      return truth(a !== b)
    case '<':
      return truth(a < b)
    case '>':
      return truth(a > b)
    case '<=':
      return truth(a <= b)
    case '>=':
      return truth(a >= b)
    default:
      return undefined
  }
}

/** The one signed division whose result has no room, which C leaves undefined. */
const overflows = (a: bigint, b: bigint, bits: 32 | 64, unsigned: boolean) => !unsigned && b === -1n && a === -(1n << BigInt(bits - 1))

function negate(op: string, x: CValue | undefined): CValue | undefined {
  if (x === undefined) return undefined
  if (op === '!') return signed(x.value === 0n ? 1n : 0n)
  return wrap(op === '-' ? -x.value : op === '~' ? ~x.value : x.value, x.bits, x.unsigned)
}

/** A cast; results narrower than int are promoted at once. */
function convert(x: CValue | undefined, type: CType, platform: CPlatform): CValue | undefined {
  let t = type
  for (let i = 0; t.kind === 'typedef' && i < 100; i++) t = t.definition.uncertain ? {kind: 'unknown', spelling: t.name} : t.definition.type
  if (x === undefined || t.kind === 'enum') return x
  if (t.kind === 'bool') return signed(x.value === 0n ? 0n : 1n)
  if (t.kind !== 'integer') return undefined
  const bits = integerBytes(t.name, platform) * 8
  const unsigned = isUnsigned(t.name, platform)
  const value = unsigned ? BigInt.asUintN(bits, x.value) : BigInt.asIntN(bits, x.value)
  if (bits < 32) return signed(value)
  return bits > 64 ? undefined : {value, bits: bits === 64 ? 64 : 32, unsigned}
}

export function integerBytes(name: string, platform: CPlatform): number {
  switch (name) {
    case 'char':
    case 'schar':
    case 'uchar':
      return 1
    case 'short':
    case 'ushort':
      return 2
    case 'long':
    case 'ulong':
      return platform.longBytes
    case 'longlong':
    case 'ulonglong':
      return 8
    case 'int128':
    case 'uint128':
      return 16
    default:
      return 4
  }
}
export const isUnsigned = (name: string, platform: CPlatform): boolean => name.startsWith('u') || (name === 'char' && !platform.charSigned)

/** An integer literal with its suffix, typed as C types it; undefined for floats. */
export function integerLiteral(text: string, platform: CPlatform): CValue | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(text)
  if (match === null) return undefined
  const [, digits = '0', suffix = ''] = match
  const octal = /^0[0-7]+$/.test(digits)
  if (/^0\d/.test(digits) && !octal) return undefined
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase())
  const wantsUnsigned = /u/i.test(suffix)
  const longs = suffix.replaceAll(/u/gi, '').length
  const mayBeUnsigned = wantsUnsigned || /^0/.test(digits)
  const longBits = longs === 1 ? platform.longBytes * 8 : 64
  const widths: (32 | 64)[] = longs === 0 ? [32, 64] : longBits === 32 ? [32, 64] : [64]
  for (const bits of widths) {
    if (!wantsUnsigned && BigInt.asIntN(bits, value) === value) return {value, bits, unsigned: false}
    if (mayBeUnsigned && BigInt.asUintN(bits, value) === value) return {value, bits, unsigned: true}
  }
  return BigInt.asUintN(64, value) === value ? {value, bits: 64, unsigned: true} : undefined
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  '0': 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
  e: 27,
}

/** Bytes of a character or string literal's inside, as C reads them; undefined for what is not plain. */
export function literalBytes(inner: string): number[] | undefined {
  const out: number[] = []
  const piece = /\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|\r?(\n)|(.))|([^\\]+)/suy
  while (piece.lastIndex < inner.length) {
    const match = piece.exec(inner)
    if (match === null) return undefined
    const [, hex, octal, splice, simple, plain] = match
    if (plain !== undefined) for (const byte of new TextEncoder().encode(plain)) out.push(byte)
    else if (hex !== undefined) out.push(Number.parseInt(hex, 16) & 255)
    else if (octal !== undefined) out.push(Number.parseInt(octal, 8) & 255)
    else if (splice === undefined) {
      const code = escapes[simple ?? '']
      if (code === undefined) return undefined
      out.push(code)
    }
  }
  return out
}

function characterLiteral(text: string): CValue | undefined {
  if (!text.startsWith("'") || !text.endsWith("'") || text.length < 3) return undefined
  const bytes = literalBytes(text.slice(1, -1))
  const [byte] = bytes ?? []
  return bytes?.length === 1 && byte !== undefined ? signed(BigInt.asIntN(8, BigInt(byte))) : undefined
}
