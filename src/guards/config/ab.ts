// `guard ab`: what its YAML may say.
import type {Field} from '../../sim/scenario/reader.ts'
import {abMiddlewares, type AbGuard} from '../codegen/ab.ts'
import {abPresets, type AbPolicy} from '../policies/ab.ts'
import {line, milliseconds, packageName, share, whole} from './fields.ts'

const commonKeys = [
  'guard',
  'preset',
  'package',
  'test',
  'control',
  'variant',
  'middleware',
  'share',
  'wait',
  'wait-max',
  'recovery-share',
  'recovery',
  'samples',
] as const

export function readAbGuard(root: Field): AbGuard {
  const preset =
    root
      .map()
      .get('preset')
      ?.oneOf(Object.keys(abPresets) as (keyof typeof abPresets)[]) ?? 'default'
  const base: AbPolicy = abPresets[preset]
  const e = root.map([
    ...commonKeys,
    ...(base.rule === 'sequential' ? ['margin', 'false-alarm-pairs', 'alpha'] : ['window', 'threshold', 'in-a-row']),
  ])
  const waitMs = milliseconds(e.get('wait'), base.waitMs)
  const common = {
    share: share(e.get('share'), base.share),
    waitMs,
    waitMsMax: Math.max(waitMs, milliseconds(e.get('wait-max'), base.waitMsMax)),
    recoveryShare: share(e.get('recovery-share'), base.recoveryShare),
    recoveryMs: milliseconds(e.get('recovery'), base.recoveryMs),
    samplesMin: whole(e.get('samples'), base.samplesMin),
  }
  const policy: AbPolicy =
    base.rule === 'sequential'
      ? {
          ...common,
          rule: 'sequential',
          margin: e.get('margin')?.number(0, 0.9) ?? base.margin,
          pairsPerFalseAlarm: e.get('false-alarm-pairs')?.number(100, 1e15) ?? base.pairsPerFalseAlarm,
          alpha: e.get('alpha')?.number(1e-9, 0.5) ?? base.alpha,
        }
      : {
          ...common,
          rule: 'windows',
          windowMs: milliseconds(e.get('window'), base.windowMs),
          threshold: share(e.get('threshold'), base.threshold),
          inARow: whole(e.get('in-a-row'), base.inARow, 1, 1000),
        }
  const [control, variant] = [line(e.get('control'), 'A'), line(e.get('variant'), 'B')]
  if (control === variant) throw (e.get('variant') ?? root).problem('both sides have the same name', 'Give them two names.')
  return {
    test: line(e.get('test'), 'trial'),
    package: packageName(e.get('package'), 'abtrial'),
    preset,
    policy,
    control,
    variant,
    middleware: e
      .get('middleware')
      ?.list(2)
      .map(field => field.oneOf(abMiddlewares)) ?? ['http'],
  }
}
