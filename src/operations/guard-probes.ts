// `gotriage guard probes QUESTION BINARY`: scripts for bpftrace and perf with the addresses of the given program, or expressions for dlv and gdb.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {nearest} from '../base/nearest.ts'
import {buildInfoOf} from '../evidence/symbols/build-info.ts'
import {buildIdsOf, type Elf, readElf, sectionNamed, symbolsOf} from '../evidence/symbols/elf.ts'
import {goStructOffsets} from '../evidence/symbols/go-struct.ts'
import {readPclnTable} from '../evidence/symbols/gopclntab.ts'
import {debuggerText, type DebuggerName} from '../guards/codegen/debugger.ts'
import {probeQuestions, probeScripts, type ProbeQuestion, type ProbeScripts, type ProbeTarget} from '../guards/codegen/probes.ts'

/** Names a script's words cannot hold: uprobe_events and bpftrace split at spaces and colons. */
const plainPath = /^[\w./@%+=,~-]+$/
const functionSymbol = 2
const machines: Readonly<Record<number, ProbeTarget['goarch']>> = {62: 'amd64', 183: 'arm64'}
const loadSegment = 1

export function probeQuestion(name: string | undefined): ProbeQuestion {
  const found = probeQuestions.find(question => question === name)
  if (found !== undefined) return found
  const near = name === undefined ? undefined : nearest(name, probeQuestions)
  throw errors.usage(
    name === undefined ? 'guard probes needs a question' : `there is no probe "${name}"`,
    near === undefined ? `Give one of: ${probeQuestions.join(', ')}; or --dlv or --gdb.` : `Did you mean "${near}"?`,
  )
}

export async function planProbes(question: ProbeQuestion, binary: string, host: Host): Promise<ProbeScripts> {
  const path = (await host.realpath(binary)) ?? binary
  if (!plainPath.test(path))
    throw errors.usage(`"${path}" has a character that probes cannot name`, 'Link or copy the program to a plain path.')
  const target = await targetOf(path, host)
  const scripts = probeScripts(question, target, path.split('/').at(-1) ?? path)
  const notes = [...scripts.notes]
  if (target.goidOffset === undefined && (question === 'run-queue-wait' || question === 'lock-hold'))
    notes.push('the program has no DWARF: goroutines are shown by the address of their g and not by their number')
  return {files: scripts.files, notes}
}

/** Expressions for the Go release the program was built with. */
export async function debuggerHelp(debuggerName: DebuggerName, binary: string, host: Host): Promise<string> {
  const elf = await readElf(await host.open(binary))
  return debuggerText(debuggerName, goVersionOf(elf, binary), binary)
}

function goVersionOf(elf: Elf, path: string): string {
  const info = buildInfoOf(elf)
  if (info === undefined) throw errors.usage(`${path} is no Go program`, 'Name the executable that runs, as go build wrote it.')
  return info.goVersion
}

async function targetOf(path: string, host: Host): Promise<ProbeTarget> {
  const elf = await readElf(await host.open(path))
  const goVersion = goVersionOf(elf, path)
  const goarch = machines[elf.machine]
  if (goarch === undefined) throw errors.usage(`${path} is for a processor without probes here`, 'amd64 and arm64 are known.')
  const functions = await functionsOf(elf)
  const goid = (await goStructOffsets(elf, 'runtime.g'))?.get('goid')
  const ids = buildIdsOf(elf)
  return {
    binary: path,
    goVersion,
    goarch,
    buildId: ids.gnu ?? ids.go ?? 'unknown',
    stripped: sectionNamed(elf, '.symtab') === undefined,
    entry: name => functions.get(name),
    fileOffset(address) {
      const segment = elf.segments.find(s => s.type === loadSegment && address >= s.address && address < s.address + BigInt(s.fileSize))
      return segment === undefined ? undefined : address - segment.address + BigInt(segment.offset)
    },
    ...(goid === undefined ? {} : {goidOffset: goid}),
  }
}

/** From the symbol table, or from Go's own table in a stripped program. */
async function functionsOf(elf: Elf): Promise<ReadonlyMap<string, bigint>> {
  const functions = new Map<string, bigint>()
  for (const {name, address, type} of symbolsOf(elf)) if (type === functionSymbol && address > 0n) functions.set(name, address)
  if (functions.has('runtime.newproc')) return functions
  const table = await readPclnTable(elf)
  const text = sectionNamed(elf, '.text')
  if (table === undefined || text === undefined) return functions
  let pc = text.address
  const end = text.address + BigInt(text.size)
  while (pc < end) {
    const place = table.lookup(pc)
    if (place === undefined) pc += 16n // before Go's first function, or between C and Go: functions are aligned
    else {
      functions.set(place.fn.name, place.fn.entry)
      pc = place.fn.end > pc ? place.fn.end : pc + 16n
    }
  }
  return functions
}
