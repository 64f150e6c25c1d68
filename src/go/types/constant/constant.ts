// Go's constants, exact: the equivalent of package go/constant (value.go, Go 1.26). The whole public interface of this folder.
import {stringFromLiteral, runeFromLiteral} from './go-string.ts'
import {floatFromLiteral, intFromLiteral} from './number-literal.ts'
import {makeImag, unknownValue, type Value} from './value.ts'

export type * from './value.ts'
export {isNumeric, isReal, makeBool, makeComplex, makeFloat64, makeImag, makeInt, makeRatio, makeString, unknownValue} from './value.ts'
export {
  bitLen,
  boolVal,
  denom,
  float32Val,
  float64Val,
  imag,
  int64Val,
  num,
  real,
  representableInt,
  roundFloat32,
  roundFloat64,
  sign,
  smallIntVal,
  stringVal,
  toComplex,
  toFloat,
  toInt,
  uint64Val,
} from './conversion.ts'
export {
  type BinaryOperator,
  binaryOp,
  compare,
  type CompareOperator,
  overflowsUntyped,
  shift,
  shiftCountMax,
  type UnaryOperator,
  unaryOp,
  untypedIntBitsMax,
} from './operation.ts'
export {exactString, shortString} from './text.ts'
export {bytesOfRune, bytesOfText, runeAt, textOfBytes} from './go-string.ts'
export {quote} from './quote.ts'
export {literalLengthMax} from './number-literal.ts'

/** The value of a literal as it stands in the source; unknown when the scanner would not accept it. */
export function makeFromLiteral(literal: string, token: 'INT' | 'FLOAT' | 'IMAG' | 'CHAR' | 'STRING'): Value {
  switch (token) {
    case 'INT':
      return intFromLiteral(literal)
    case 'FLOAT':
      return floatFromLiteral(literal)
    case 'IMAG':
      return literal.endsWith('i') ? makeImag(floatFromLiteral(literal.slice(0, -1))) : unknownValue
    case 'CHAR':
      return runeFromLiteral(literal)
    case 'STRING':
      return stringFromLiteral(literal)
    default:
      return unknownValue
  }
}
