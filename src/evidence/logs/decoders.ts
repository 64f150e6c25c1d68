// Text evidence, tried last: nearly anything is text.
import type {Decoder} from '../model/decoder.ts'
import {textDecoder} from './text-decoder.ts'

export const decoders: readonly Decoder[] = [textDecoder]
