// Constants in declaration files, exact: integers as hexadecimal digits, floats as fractions or as 512-bit floats.
import {unknownValue, type RealValue, type Value} from '../constant/constant.ts'
import {errors} from '../../../base/errors.ts'
import type {ByteReader, ByteWriter} from './bytes.ts'
import {ValueTag} from './format.ts'

/** One character a byte. */
function writeCharacters(out: ByteWriter, text: string): void {
  out.number(text.length)
  for (let i = 0; i < text.length; i++) out.byte(text.charCodeAt(i))
}

const charactersAtOnce = 8192

function readCharacters(from: ByteReader): string {
  const bytes = from.raw(from.count())
  let text = ''
  for (let at = 0; at < bytes.length; at += charactersAtOnce) text += String.fromCharCode(...bytes.subarray(at, at + charactersAtOnce))
  return text
}

const writeInteger = (out: ByteWriter, value: bigint) => writeCharacters(out, value < 0n ? `-${(-value).toString(16)}` : value.toString(16))

function readInteger(from: ByteReader): bigint {
  const text = readCharacters(from)
  if (!/^-?[0-9a-f]+$/.test(text)) throw errors.malformed('declarations', from.at, 'has a number without digits')
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`)
}

export function writeValue(out: ByteWriter, value: Value): void {
  switch (value.kind) {
    case 'unknown':
      return out.byte(ValueTag.unknown)
    case 'bool':
      return out.byte(value.value ? ValueTag.true : ValueTag.false)
    case 'string':
      out.byte(ValueTag.string)
      return writeCharacters(out, value.value)
    case 'int':
      out.byte(ValueTag.int)
      return writeInteger(out, value.value)
    case 'float':
      if (value.form === 'ratio') {
        out.byte(ValueTag.ratio)
        writeInteger(out, value.num)
        return writeInteger(out, value.den)
      }
      out.byte(ValueTag.big)
      writeInteger(out, value.value.negative ? -value.value.mantissa : value.value.mantissa)
      return writeInteger(out, BigInt(value.value.exponent))
    case 'complex':
      out.byte(ValueTag.complex)
      writeValue(out, value.re)
      return writeValue(out, value.im)
  }
}

export function readValue(from: ByteReader): Value {
  const tag = from.byte()
  switch (tag) {
    case ValueTag.unknown:
      return unknownValue
    case ValueTag.false:
    case ValueTag.true:
      return {kind: 'bool', value: tag === ValueTag.true}
    case ValueTag.string:
      return {kind: 'string', value: readCharacters(from)}
    case ValueTag.complex:
      return {kind: 'complex', re: readReal(from, from.byte()), im: readReal(from, from.byte())}
    default:
      return readReal(from, tag)
  }
}

function readReal(from: ByteReader, tag: number): RealValue {
  if (tag === ValueTag.int) return {kind: 'int', value: readInteger(from)}
  if (tag === ValueTag.ratio) return {kind: 'float', form: 'ratio', num: readInteger(from), den: readInteger(from)}
  if (tag !== ValueTag.big) throw errors.malformed('declarations', from.at, 'has a constant of no kind')
  const mantissa = readInteger(from)
  const value = {negative: mantissa < 0n, mantissa: mantissa < 0n ? -mantissa : mantissa, exponent: Number(readInteger(from))}
  return {kind: 'float', form: 'big', value}
}
