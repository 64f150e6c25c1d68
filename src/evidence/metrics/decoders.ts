// Metrics that are whole files; lines of runtime/metrics are found by the text decoder.
import type {Decoder} from '../model/decoder.ts'
import {expvarDecoder} from './expvar.ts'

export const decoders: readonly Decoder[] = [expvarDecoder]
