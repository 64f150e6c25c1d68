// `guard gogc`: what its YAML may say.
import type {Field} from '../../sim/scenario/reader.ts'
import type {MemoryGuard} from '../codegen/memory.ts'
import {memoryPresets, type GogcPolicy, type MemoryPolicy} from '../policies/gogc.ts'
import {milliseconds, packageName, share, whole} from './fields.ts'

const budgetKeys = ['peak-share', 'gc-cpu', 'hysteresis', 'cycles-between', 'usual', 'min', 'max'] as const
const ratioKeys = ['above', 'above-gogc', 'below', 'below-gogc', 'min'] as const
const fuseKeys = ['live-share', 'heap-share', 'total-share', 'in-a-row', 'slope', 'slope-samples', 'refuse-share', 'release-share'] as const

export function readMemoryGuard(root: Field): MemoryGuard {
  const e = root.map(['guard', 'preset', 'package', 'dry-run', 'sample', 'limit-share', 'gogc', 'fuse'])
  const preset = e.get('preset')?.oneOf(Object.keys(memoryPresets) as (keyof typeof memoryPresets)[]) ?? 'default'
  const base: MemoryPolicy = memoryPresets[preset]
  const fuse = e.get('fuse')?.map(fuseKeys)
  const shares = (key: (typeof fuseKeys)[number], otherwise: number) => (fuse?.has(key) === true ? share(fuse.get(key), 0) : otherwise)
  const policy: MemoryPolicy = {
    gogc: readGogc(e.get('gogc'), base.gogc),
    fuse: {
      liveShare: shares('live-share', base.fuse.liveShare),
      heapShare: shares('heap-share', base.fuse.heapShare),
      totalShare: shares('total-share', base.fuse.totalShare),
      inARow: whole(fuse?.get('in-a-row'), base.fuse.inARow, 1, 1000),
      slopeMax: fuse?.get('slope')?.bytes() ?? base.fuse.slopeMax,
      slopeSamples: whole(fuse?.get('slope-samples'), base.fuse.slopeSamples, 2, 1000),
      refuseShare: shares('refuse-share', base.fuse.refuseShare),
      releaseShare: shares('release-share', base.fuse.releaseShare),
    },
    sampleMs: milliseconds(e.get('sample'), base.sampleMs, 10),
    limitShare: share(e.get('limit-share'), base.limitShare),
  }
  const release = fuse?.get('release-share')
  if (release !== undefined && policy.fuse.releaseShare >= policy.fuse.refuseShare)
    throw release.problem('not below refuse-share: the fuse would end its refusal as it begins', 'Make it smaller.')
  return {package: packageName(e.get('package'), 'memguard'), preset, policy, dryRun: e.get('dry-run')?.flag() ?? false}
}

function readGogc(field: Field | undefined, base: GogcPolicy): GogcPolicy {
  if (base.rule === 'ratio') {
    const e = field?.map(ratioKeys)
    return {
      rule: 'ratio',
      above: share(e?.get('above'), base.above),
      aboveGogc: whole(e?.get('above-gogc'), base.aboveGogc, 1, 100_000),
      below: share(e?.get('below'), base.below),
      belowGogc: whole(e?.get('below-gogc'), base.belowGogc, 1, 100_000),
      min: whole(e?.get('min'), base.min, 1, 100_000),
    }
  }
  const e = field?.map(budgetKeys)
  const min = whole(e?.get('min'), base.min, 1, 100_000)
  const max = whole(e?.get('max'), base.max, 1, 100_000)
  if (max < min) throw (e?.get('max') ?? e?.get('min') ?? field!).problem(`max ${max} is below min ${min}`, 'Give max at least min.')
  return {
    rule: 'budget',
    peakShare: share(e?.get('peak-share'), base.peakShare),
    gcCpuMax: e?.get('gc-cpu')?.number(0.001, 1) ?? base.gcCpuMax,
    hysteresis: share(e?.get('hysteresis'), base.hysteresis),
    cyclesBetween: whole(e?.get('cycles-between'), base.cyclesBetween, 0, 1e6),
    usual: whole(e?.get('usual'), base.usual, 1, 100_000),
    min,
    max,
  }
}
