// The rows of `top` as a profile of their own: `-topproto` of `go tool pprof`.
// Follows printTopProto of github.com/google/pprof/internal/report/report.go.
import {StringTable} from '../string-table.ts'
import {cumValue, flatValue} from './graph.ts'
import {scale} from './measurement.ts'
import {chooseOutputUnit, trimmedGraph} from './report.ts'
import type {Report} from './report.ts'
import type {WorkingProfile} from './working-profile.ts'

export function topProfile(report: Report): WorkingProfile {
  const {profile, options} = report
  const {nodes} = trimmedGraph(report).graph
  chooseOutputUnit(report, nodes)
  const unit = report.outputUnit
  const functions = new Map<string, number>()
  const functionOf = nodes.map(({info}) => {
    const key = JSON.stringify([info.name, info.file, info.startLine])
    const known = functions.get(key)
    if (known === undefined) functions.set(key, functions.size)
    return known ?? functions.size - 1
  })
  const first = [...functions.values()].map(index => nodes[functionOf.indexOf(index)]!.info)
  const scaled = (value: number) => Math.trunc(scale(value, options.sampleUnit, unit).value)
  const ids = (count: number) => BigUint64Array.from({length: count}, (_, index) => BigInt(index + 1))
  const count = nodes.length
  const upTo = (length: number) => Uint32Array.from({length}, (_, index) => index)
  return {
    header: {
      ...profile.header,
      sampleTypes: ['cum', 'flat'].map(type => ({type, unit})),
      defaultSampleType: '',
      comments: [],
      docUrl: '',
      dropFrames: '',
      keepFrames: '',
    },
    strings: StringTable.of(['']),
    sampleCount: count,
    stackOf: upTo(count),
    labelsOf: new Uint32Array(count),
    values: Float64Array.from(nodes.flatMap(node => [scaled(cumValue(node)), scaled(flatValue(node))])),
    wholeValues: new Map(),
    stackStart: upTo(count + 1),
    stackLocation: upTo(count),
    stackDropped: new Uint8Array(count),
    labels: {
      count: 1,
      start: new Uint32Array(2),
      key: new Uint32Array(0),
      string: new Uint32Array(0),
      number: new Float64Array(0),
      unit: new Uint32Array(0),
    },
    labelsDropped: new Uint8Array(1),
    locationCount: count,
    locationId: ids(count),
    locationMapping: new Int32Array(count).fill(-1),
    address: BigUint64Array.from(nodes.map(node => node.info.address)),
    folded: new Uint8Array(count),
    lines: {
      start: upTo(count + 1),
      functionOf: Uint32Array.from(functionOf),
      number: Float64Array.from(nodes.map(node => node.info.line)),
      column: Float64Array.from(nodes.map(node => node.info.column)),
    },
    functionCount: first.length,
    functionId: ids(first.length),
    functionName: first.map(info => info.name),
    functionSystemName: first.map(() => ''),
    functionFile: first.map(info => info.file),
    functionStartLine: Float64Array.from(first.map(info => info.startLine)),
    mappings: [],
    unknownFields: new Uint8Array(0),
  }
}
