// The call graph in the format of callgrind, which KCachegrind reads.
// Follows printCallgrind of github.com/google/pprof/internal/report/report.go.
import {flatValue, sortedEdges} from './graph.ts'
import type {GraphNode} from './graph.ts'
import {scale} from './measurement.ts'
import {chooseOutputUnit, trimmedGraph} from './report.ts'
import type {Report} from './report.ts'

export function callgrindText(report: Report): string {
  const {options} = report
  const {graph} = trimmedGraph(report)
  chooseOutputUnit(report, graph.nodes)
  const calleeName = disambiguated(graph.nodes)
  const shown = (value: number) => String(Math.trunc(scale(value, options.sampleUnit, report.outputUnit).value))
  const [objects, files, names] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  const lines = ['positions: instr line', `events: ${options.sampleType}(${report.outputUnit})`]
  let previous: GraphNode['info'] | undefined
  for (const node of graph.nodes) {
    const {info} = node
    if (previous === undefined || info.objectFile !== previous.objectFile || info.file !== previous.file || info.name !== previous.name) {
      lines.push(
        '',
        `ob=${compressed(objects, info.objectFile)}`,
        `fl=${compressed(files, info.file)}`,
        `fn=${compressed(names, info.name)}`,
      )
    }
    lines.push(`${addressAfter(previous?.address, info.address)} ${info.line} ${shown(flatValue(node))}`)
    for (const {to, weight} of sortedEdges(node.out)) {
      lines.push(`cfl=${compressed(files, to.info.file)}`, `cfn=${compressed(names, calleeName(to))}`)
      lines.push(`calls=0 ${addressAfter(previous?.address, to.info.address)} ${to.info.line}`, `* * ${shown(weight)}`)
    }
    previous = info
  }
  return `${lines.join('\n')}\n`
}

/** A name is written once and then called by its number. */
function compressed(known: Map<string, number>, name: string): string {
  if (name === '') return ''
  const number = known.get(name)
  if (number !== undefined) return `(${number})`
  known.set(name, known.size + 1)
  return `(${known.size}) ${name}`
}

/** An address, or its distance from the one before where that is shorter. */
function addressAfter(previous: bigint | undefined, address: bigint): string {
  const whole = `0x${address.toString(16)}`
  if (previous === undefined) return whole
  if (previous === address) return '*'
  const distance = BigInt.asIntN(64, address - previous)
  const relative = distance > 0n ? `+${distance}` : String(distance)
  return relative.length < whole.length ? relative : whole
}

/** callgrind takes functions of one name in one file for one; those that are not get a number. */
function disambiguated(nodes: readonly GraphNode[]): (node: GraphNode) => string {
  const functions = new Map<string, Map<string, number>>()
  const nameKey = ({info}: GraphNode) => `${info.file}\0${info.name}`
  const functionKey = ({info, parent}: GraphNode) => `${parent ?? ''}\0${info.startLine}\0${info.objectFile}`
  for (const node of nodes) {
    let known = functions.get(nameKey(node))
    if (known === undefined) functions.set(nameKey(node), (known = new Map()))
    if (!known.has(functionKey(node))) known.set(functionKey(node), known.size)
  }
  const shown = new Set(nodes)
  return node => {
    // A callee that is not shown itself has no name there either.
    if (!shown.has(node)) return ''
    const known = functions.get(nameKey(node))
    if (known === undefined || known.size < 2) return node.info.name
    return `${node.info.name} [${(known.get(functionKey(node)) ?? 0) + 1}/${known.size}]`
  }
}
