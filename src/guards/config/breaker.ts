// `guard breaker`: what its YAML may say.
import type {Field} from '../../sim/scenario/reader.ts'
import {breakerMiddlewares, type BreakerGuard} from '../codegen/breaker.ts'
import type {BreakerPolicy} from '../policies/breaker.ts'
import {breakerPresets} from '../policies/breaker-presets.ts'
import {line, milliseconds, packageName, share, whole} from './fields.ts'

const policyKeys = [
  'window',
  'evaluate-every',
  'slow',
  'weights',
  'error-scale',
  'score-below',
  'score-in-a-row',
  'score-samples',
  'error-share',
  'error-samples',
  'error-lower-bound',
  'failures-in-a-row',
  'slow-share',
  'slow-samples',
  'open',
  'open-factor',
  'open-max',
  'open-jitter',
  'probes',
  'close-share',
  'reopen-failures',
  'slow-probe-fails',
  'half-open-max',
  'after-half-open',
] as const

export function readBreakerGuard(root: Field): BreakerGuard {
  const e = root.map(['guard', 'preset', 'package', 'name', 'middleware', 'fallback', ...policyKeys])
  const preset = e.get('preset')?.oneOf(Object.keys(breakerPresets) as (keyof typeof breakerPresets)[]) ?? 'default'
  const fallback = e.get('fallback')?.map(['status', 'content-type', 'body'])
  return {
    name: line(e.get('name'), 'backend'),
    package: packageName(e.get('package'), 'breaker'),
    preset,
    policy: readPolicy(e, breakerPresets[preset]),
    middleware: e
      .get('middleware')
      ?.list(3)
      .map(field => field.oneOf(breakerMiddlewares)) ?? ['http'],
    fallback: {
      status: whole(fallback?.get('status'), 503, 200, 599),
      contentType: line(fallback?.get('content-type'), 'text/plain; charset=utf-8'),
      body: fallback?.get('body')?.text() ?? 'temporarily unavailable\n',
    },
  }
}

function readPolicy(e: ReadonlyMap<string, Field>, base: BreakerPolicy): BreakerPolicy {
  const weights = e.get('weights')?.map(['slow', 'errors', 'saturation'])
  const windowMs = milliseconds(e.get('window'), base.windowMs, 50, 86_400_000)
  const openMs = milliseconds(e.get('open'), base.openMs)
  const openMax = e.get('open-max')
  const policy: BreakerPolicy = {
    windowMs,
    evaluateEveryMs: milliseconds(e.get('evaluate-every'), base.evaluateEveryMs),
    slowMs: milliseconds(e.get('slow'), base.slowMs),
    weights: {
      slow: share(weights?.get('slow'), base.weights.slow),
      errors: share(weights?.get('errors'), base.weights.errors),
      saturation: share(weights?.get('saturation'), base.weights.saturation),
    },
    errorScale: e.get('error-scale')?.number(0.001, 1) ?? base.errorScale,
    scoreBelow: share(e.get('score-below'), base.scoreBelow),
    scoreInARow: whole(e.get('score-in-a-row'), base.scoreInARow, 1, 1000),
    scoreSamplesMin: whole(e.get('score-samples'), base.scoreSamplesMin, 1),
    errorShareAbove: share(e.get('error-share'), base.errorShareAbove),
    errorSamplesMin: whole(e.get('error-samples'), base.errorSamplesMin, 1),
    errorLowerAbove: e.get('error-lower-bound')?.number(-1, 1) ?? base.errorLowerAbove,
    failuresInARow: whole(e.get('failures-in-a-row'), base.failuresInARow, 0, 1e6),
    slowShareAbove: share(e.get('slow-share'), base.slowShareAbove),
    slowSamplesMin: whole(e.get('slow-samples'), base.slowSamplesMin, 1),
    openMs,
    openFactor: e.get('open-factor')?.number(1, 10) ?? base.openFactor,
    openMsMax: Math.max(openMs, milliseconds(openMax, base.openMsMax)),
    openJitter: share(e.get('open-jitter'), base.openJitter),
    probes: whole(e.get('probes'), base.probes, 1, 1000),
    closeShare: share(e.get('close-share'), base.closeShare),
    reopenFailures: whole(e.get('reopen-failures'), base.reopenFailures, 1, 1000),
    slowProbeFails: e.get('slow-probe-fails')?.flag() ?? base.slowProbeFails,
    halfOpenMsMax: milliseconds(e.get('half-open-max'), base.halfOpenMsMax),
    afterHalfOpen: e.get('after-half-open')?.oneOf(['open', 'closed', 'decide'] as const) ?? base.afterHalfOpen,
  }
  if (openMax !== undefined && policy.openMsMax > milliseconds(openMax, 0))
    throw openMax.problem('shorter than "open"', 'Make it at least as long.')
  return policy
}
