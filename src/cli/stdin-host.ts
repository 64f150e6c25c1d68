// `-` where a file is named is standard input: a host on which it can be opened, read and asked for like any file.
import {memorySource} from '../base/byte-source.ts'
import type {Host} from '../base/host.ts'
import type {CommandContext} from './command.ts'

/** The host of a command that takes `-`. Standard input is read when it is first asked for, and once. */
export function hostWithStdin({host, stdin}: Pick<CommandContext, 'host' | 'stdin'>): Host {
  let bytes: Promise<Uint8Array> | undefined
  const read = () => (bytes ??= stdin())
  return {
    ...host,
    stat: async path => (path === '-' ? {kind: 'file', size: (await read()).length, modifiedMs: 0} : host.stat(path)),
    open: async path => (path === '-' ? memorySource('-', await read()) : host.open(path)),
    readFile: async (path, bytesMax) => (path === '-' ? read() : host.readFile(path, bytesMax)),
  }
}
