// Operations on constants: go/constant's UnaryOp, BinaryOp, Shift and Compare. An unknown operand gives an unknown result, and so
// do operands an operator is not defined for and a division by zero: the checker asks before, and nothing here ever throws.
import {addBigFloat, type BigFloat, compareBigFloat, divide, multiplyBigFloat, negateBigFloat} from './big-float.ts'
import {bitLength} from './big-integer.ts'
import {bigFloatOf, toComplex} from './conversion.ts'
import {
  type BoolValue,
  type ComplexValue,
  type FloatValue,
  isNumeric,
  isReal,
  makeBig,
  makeBool,
  makeComplex,
  makeInt,
  makeRatio,
  makeString,
  type NumericValue,
  type RatioValue,
  type RealValue,
  unknownValue,
  type Value,
} from './value.ts'

/** `div` is `/` on integer operands, truncated (go/constant writes it QUO_ASSIGN); `/` on ints gives a float. */
export type BinaryOperator = '+' | '-' | '*' | '/' | 'div' | '%' | '&' | '|' | '^' | '&^' | '&&' | '||'
export type UnaryOperator = '+' | '-' | '^' | '!'
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>='

/** Untyped integers of more bits are a "constant overflow" (go/types Checker.overflow). */
export const untypedIntBitsMax = 512
/** Larger shift counts are invalid (go/types Checker.shift shiftBound). */
export const shiftCountMax = 1023 - 1 + 52
/** No integer grows beyond this, whatever the checker asks for. */
const intBitsMax = 1 << 20

/** Result of `op y`. `bits` is the size of an unsigned type, which ^ must not exceed; 0 for all others. */
export function unaryOp(op: UnaryOperator, y: Value, bits = 0): Value {
  switch (op) {
    case '+':
      return isNumeric(y) ? y : unknownValue
    case '-':
      return isNumeric(y) ? negate(y) : unknownValue
    case '^':
      if (y.kind !== 'int') return unknownValue
      return makeInt(bits > 0 ? BigInt.asUintN(bits, ~y.value) : ~y.value)
    case '!':
      return y.kind === 'bool' ? makeBool(!y.value) : unknownValue
    default:
      return unknownValue
  }
}

function negate(y: NumericValue): Value {
  if (y.kind === 'int') return makeInt(-y.value)
  if (y.kind === 'complex') return makeComplex(negate(y.re), negate(y.im))
  return y.form === 'ratio' ? makeRatio(-y.num, y.den) : makeBig(negateBigFloat(y.value))
}

/** Result of `x op y` for all operators but comparisons and shifts. */
export function binaryOp(x: Value, op: BinaryOperator, y: Value): Value {
  if (x.kind === 'int' && y.kind === 'int') return intOp(x.value, op, y.value)
  if (isNumeric(x) && isNumeric(y)) return isReal(x) && isReal(y) ? floatOp(x, op, y) : complexOp(x, op, y)
  if (x.kind === 'string' && y.kind === 'string' && op === '+') return makeString(x.value + y.value)
  if (x.kind === 'bool' && y.kind === 'bool') return boolOp(x, op, y)
  return unknownValue
}

function boolOp(x: BoolValue, op: BinaryOperator, y: BoolValue): Value {
  if (op === '&&') return makeBool(x.value && y.value)
  return op === '||' ? makeBool(x.value || y.value) : unknownValue
}

function intOp(x: bigint, op: BinaryOperator, y: bigint): Value {
  switch (op) {
    case '+':
      return makeInt(x + y)
    case '-':
      return makeInt(x - y)
    case '*':
      return bitLength(x) + bitLength(y) > intBitsMax ? unknownValue : makeInt(x * y)
    case '/':
      return makeRatio(x, y)
    case 'div':
      return y === 0n ? unknownValue : makeInt(x / y)
    case '%':
      return y === 0n ? unknownValue : makeInt(x % y)
    case '&':
      return makeInt(x & y)
    case '|':
      return makeInt(x | y)
    case '^':
      return makeInt(x ^ y)
    case '&^':
      return makeInt(x & ~y)
    default:
      return unknownValue
  }
}

/** Both as fractions while both are ints or fractions, else both rounded to 512 bits (go/constant match). */
function floatOp(x: RealValue, op: BinaryOperator, y: RealValue): Value {
  const pair = asRatios(x, y)
  if (pair !== undefined) return ratioOp(pair[0], op, pair[1])
  const [a, b] = [bigFloatOf(x), bigFloatOf(y)]
  return a === 'infinite' || b === 'infinite' ? unknownValue : bigOp(a, op, b)
}

/** Fractions keep their size here, so that matching never rounds. */
function asRatios(x: RealValue, y: RealValue): readonly [RatioValue, RatioValue] | undefined {
  const [a, b] = [asRatio(x), asRatio(y)]
  return a === undefined || b === undefined ? undefined : [a, b]
}

function asRatio(x: RealValue): RatioValue | undefined {
  if (x.kind === 'int') return {kind: 'float', form: 'ratio', num: x.value, den: 1n}
  return x.form === 'ratio' ? x : undefined
}

function ratioOp(x: RatioValue, op: BinaryOperator, y: RatioValue): Value {
  switch (op) {
    case '+':
      return makeRatio(x.num * y.den + y.num * x.den, x.den * y.den)
    case '-':
      return makeRatio(x.num * y.den - y.num * x.den, x.den * y.den)
    case '*':
      return makeRatio(x.num * y.num, x.den * y.den)
    case '/':
      return makeRatio(x.num * y.den, x.den * y.num)
    default:
      return unknownValue
  }
}

function bigOp(x: BigFloat, op: BinaryOperator, y: BigFloat): FloatValue | typeof unknownValue {
  switch (op) {
    case '+':
      return makeBig(addBigFloat(x, y))
    case '-':
      return makeBig(addBigFloat(x, negateBigFloat(y)))
    case '*':
      return makeBig(multiplyBigFloat(x, y))
    case '/':
      return makeBig(divide(x, y))
    default:
      return unknownValue
  }
}

function complexOp(x: NumericValue, op: BinaryOperator, y: NumericValue): Value {
  const [left, right] = [toComplex(x), toComplex(y)]
  if (left.kind === 'unknown' || right.kind === 'unknown') return unknownValue
  const {re: a, im: b} = left
  const {re: c, im: d} = right
  switch (op) {
    case '+':
    case '-':
      return makeComplex(binaryOp(a, op, c), binaryOp(b, op, d))
    case '*':
    case '/':
      return complexProduct(op, a, b, c, d)
    default:
      return unknownValue
  }
}

/** (a+bi)(c+di), or (a+bi)/(c+di) as (ac+bd)/s + (bc-ad)/s·i with s = cc+dd, in Go's order of operations. */
function complexProduct(op: '*' | '/', a: RealValue, b: RealValue, c: RealValue, d: RealValue): Value {
  const [ac, bd, bc, ad] = [binaryOp(a, '*', c), binaryOp(b, '*', d), binaryOp(b, '*', c), binaryOp(a, '*', d)]
  if (op === '*') return makeComplex(binaryOp(ac, '-', bd), binaryOp(bc, '+', ad))
  const s = binaryOp(binaryOp(c, '*', c), '+', binaryOp(d, '*', d))
  return makeComplex(binaryOp(binaryOp(ac, '+', bd), '/', s), binaryOp(binaryOp(bc, '-', ad), '/', s))
}

/** Result of `x << count` or `x >> count`; x is an int. Unknown beyond a size no valid constant has. */
export function shift(x: Value, op: '<<' | '>>', count: number): Value {
  if (x.kind !== 'int' || !Number.isInteger(count) || count < 0) return unknownValue
  if (op === '>>') return makeInt(count > intBitsMax ? (x.value < 0n ? -1n : 0n) : x.value >> BigInt(count))
  if (x.value === 0n) return x
  return bitLength(x.value) + count > intBitsMax ? unknownValue : makeInt(x.value << BigInt(count))
}

/** Whether `x op y` holds; false when an operand is unknown. */
export function compare(x: Value, op: CompareOperator, y: Value): boolean {
  if (isReal(x) && isReal(y)) return holds(order(x, y), op)
  if (isNumeric(x) && isNumeric(y)) return compareComplex(toComplex(x), op, toComplex(y))
  if (x.kind === 'string' && y.kind === 'string') return holds(x.value === y.value ? 0 : x.value < y.value ? -1 : 1, op)
  if (x.kind === 'bool' && y.kind === 'bool') return op === '==' ? x.value === y.value : op === '!=' && x.value !== y.value
  return false
}

function compareComplex(x: ComplexValue | typeof unknownValue, op: CompareOperator, y: ComplexValue | typeof unknownValue): boolean {
  if (x.kind === 'unknown' || y.kind === 'unknown') return false
  const same = compare(x.re, '==', y.re) && compare(x.im, '==', y.im)
  return op === '==' ? same : op === '!=' && !same
}

function order(x: RealValue, y: RealValue): number {
  const pair = asRatios(x, y)
  if (pair !== undefined) {
    const [left, right] = [pair[0].num * pair[1].den, pair[1].num * pair[0].den]
    return left === right ? 0 : left < right ? -1 : 1
  }
  const [a, b] = [bigFloatOf(x), bigFloatOf(y)]
  return a === 'infinite' || b === 'infinite' ? Number.NaN : compareBigFloat(a, b)
}

function holds(order: number, op: CompareOperator): boolean {
  switch (op) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    default:
      return order >= 0
  }
}

/** Whether an untyped result has grown beyond what the language implementation keeps: unknown, or an int of more than 512 bits. */
export const overflowsUntyped = (x: Value): boolean => x.kind === 'unknown' || (x.kind === 'int' && bitLength(x.value) > untypedIntBitsMax)
