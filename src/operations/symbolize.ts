// `gotriage symbolize BINARY ADDR…`: names and lines of raw addresses, from Go's own table and from DWARF. An address nobody knows is said to be unknown.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import {textDecoder} from '../evidence/logs/text-decoder.ts'
import {type BuildInfo, buildInfoOf} from '../evidence/symbols/build-info.ts'
import {type Core, isCore, readCore} from '../evidence/symbols/core.ts'
import {type NativePlace, readDwarf} from '../evidence/symbols/dwarf.ts'
import {buildIdsOf, type Elf, loadBias, readElf, symbolsOf} from '../evidence/symbols/elf.ts'
import {readPclnTable} from '../evidence/symbols/gopclntab.ts'

const addressesMax = 1_000_000
const functionSymbol = 2

export interface SymbolizeRequest {
  readonly binary: string
  /** Hexadecimal, with or without 0x. */
  readonly addresses: readonly string[]
  /** /proc/PID/maps or smaps of the process the addresses come from; without it they are addresses of the file. */
  readonly maps?: string
}

export interface SymbolizedAddress {
  readonly address: string
  /** `dwarf` knows inlined calls, `gopclntab` only the function and the innermost line, `symbols` no line. */
  readonly source: 'gopclntab' | 'dwarf' | 'symbols' | 'unknown'
  /** Innermost first. */
  readonly frames: readonly NativePlace[]
}

export interface Symbolized {
  readonly buildInfo?: Omit<BuildInfo, 'settings'>
  readonly buildIds: {readonly gnu?: string; readonly go?: string}
  readonly core: boolean
  readonly addresses: readonly SymbolizedAddress[]
  readonly notes: readonly string[]
}

export async function symbolize(request: SymbolizeRequest, host: Host, task: Task): Promise<Symbolized> {
  if (request.addresses.length > addressesMax) throw errors.limit('addresses to symbolize', addressesMax)
  const wanted = request.addresses.map(parsedAddress)
  const file = await host.open(request.binary)
  if (await isCore(file)) return coreAnswer(request, await readCore(file))
  const elf = await readElf(file)
  const info = buildInfoOf(elf)
  const biased = request.maps === undefined ? undefined : await mappedBias(request.maps, request.binary, elf, host, task)
  const [go, dwarf] = [await readPclnTable(elf), await readDwarf(elf)]
  const symbols = symbolsOf(elf).filter(({type, address}) => type === functionSymbol && address > 0n)
  const addresses: SymbolizedAddress[] = []
  for (const given of wanted) {
    checkpoint(task)
    const pc = given - (biased ?? 0n)
    const address = `0x${given.toString(16)}`
    const frames = dwarf?.lookup(pc) ?? []
    const place = go?.lookup(pc)
    const symbol = symbols.find(s => s.address <= pc && pc < s.address + s.size)
    if (frames.length > 0) {
      const named = frames.map(frame => (frame.function === '' ? {...frame, function: place?.fn.name ?? symbol?.name ?? ''} : frame))
      addresses.push({address, source: 'dwarf', frames: named})
    } else if (place)
      addresses.push({
        address,
        source: 'gopclntab',
        frames: [{function: place.fn.name, file: place.file, line: place.line, inlined: false}],
      })
    else if (symbol) addresses.push({address, source: 'symbols', frames: [{function: symbol.name, file: '??', line: 0, inlined: false}]})
    else addresses.push({address, source: 'unknown', frames: []})
  }
  const notes = [
    ...(dwarf === undefined ? ['the file holds no DWARF: C functions have no lines, and inlined calls are not told apart'] : []),
    ...(addresses.some(({source}) => source === 'unknown')
      ? [
          'an unknown address lies in another file (a shared library), or the process was loaded elsewhere: give --maps with its /proc/PID/maps',
        ]
      : []),
    ...(addresses.some(({frames}) => frames.length > 0 && /\.c(?:c|pp|xx)?$/.test(frames[0]?.file ?? ''))
      ? [
          'Go prints C frames with names itself once runtime.SetCgoTraceback is given a symbolizer, as github.com/ianlancetaylor/cgosymbolizer does',
        ]
      : []),
  ]
  const {settings: _, ...build} = info ?? {settings: undefined}
  return {
    ...(info === undefined ? {} : {buildInfo: {goVersion: info.goVersion, ...build}}),
    buildIds: buildIdsOf(elf),
    core: false,
    addresses,
    notes,
  }
}

function coreAnswer(request: SymbolizeRequest, {executable, gnu, go}: Core): Symbolized {
  return {
    buildIds: {...(gnu === undefined ? {} : {gnu}), ...(go === undefined ? {} : {go})},
    core: true,
    addresses: [],
    notes: [
      `this is a core of a process; run: dlv core ${executable ?? 'EXECUTABLE'} ${request.binary}`,
      ...(gnu === undefined && go === undefined ? [] : ['the executable must be the one of this build id']),
    ],
  }
}

function parsedAddress(text: string): bigint {
  if (!/^(?:0[xX])?[0-9a-fA-F]{1,16}$/.test(text))
    throw errors.usage(`"${text}" is no address`, 'Give hexadecimal addresses, like 0x45a1b2.')
  return BigInt(/^0[xX]/.test(text) ? text : `0x${text}`)
}

async function mappedBias(maps: string, binary: string, elf: Elf, host: Host, task: Task): Promise<bigint> {
  for await (const {data} of textDecoder.decode(await host.open(maps), task)) {
    if (data.kind !== 'memory-map') continue
    const file = binary.slice(binary.lastIndexOf('/') + 1)
    const own = data.mappings.filter(({name}) => name.slice(name.lastIndexOf('/') + 1) === file)
    for (const mapping of own) {
      const bias = loadBias(elf, mapping)
      if (bias !== undefined) return bias
    }
  }
  throw errors.usage(`${maps} has no mapping of ${binary}`, 'Give /proc/PID/maps of a process that runs this file.')
}

/** A line for each frame, callers of inlined functions below them. */
export function symbolizedText({buildInfo, buildIds, core, addresses, notes}: Symbolized): string {
  const frames = addresses.flatMap(({address, frames: chain}) =>
    chain.length === 0
      ? [`${address}  ??  ??:0`]
      : chain.map(
          (frame, i) =>
            `${i === 0 ? address : ' '.repeat(address.length)}  ${frame.function === '' ? '??' : frame.function}  ${frame.file}:${frame.line}${frame.inlined ? '  (inlined)' : ''}`,
        ),
  )
  const ids = [
    buildIds.go === undefined ? [] : [`Go build id ${buildIds.go}`],
    buildIds.gnu === undefined ? [] : [`GNU build id ${buildIds.gnu}`],
  ].flat()
  const about =
    addresses.length > 0 && !core
      ? []
      : [
          ...(buildInfo ? [`${buildInfo.goVersion}${buildInfo.path === undefined ? '' : ` ${buildInfo.path}`}`] : []),
          ...(core ? ['ELF core'] : []),
          ...ids,
        ]
  return `${[...about, ...frames, ...notes.map(note => `note: ${note}`)].join('\n')}\n`
}
