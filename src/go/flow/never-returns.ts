// Functions of the standard library that never return to their caller, on every platform: what packageFlow finds in GOROOT/src.
import type {CallEnd} from './cfg-builder.ts'

export const neverReturns = (name: string): CallEnd | undefined => ({'os.Exit': 'exits'} as Record<string, CallEnd>)[name]
