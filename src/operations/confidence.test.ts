// Confidence held against the truth, over captures whose faults are known: the score is printed to docs/precision/confidence.md, and may not get worse.
import {existsSync} from 'node:fs'
import {homedir} from 'node:os'
import {expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {weighFactors} from '../diagnosis/confidence.ts'
import type {Envelope} from '../findings/envelope.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {diagnose, type Diagnosis} from './diagnose.ts'
import {labelledCaptures, type LabelledCapture} from './testing/labelled-captures.ts'

interface Claim {
  readonly capture: string
  readonly what: string
  readonly confidence: number
  readonly holds: boolean
}

const squares = (claims: readonly {readonly confidence: number; readonly holds: boolean}[]) =>
  claims.reduce((sum, {confidence, holds}) => sum + (confidence - (holds ? 1 : 0)) ** 2, 0)
const brier = (claims: readonly {readonly confidence: number; readonly holds: boolean}[]) => squares(claims) / claims.length
const nameOf = ({program, capture}: LabelledCapture) =>
  [program.replace(/^(?:fixtures\/services|examples\/incidents)\//, ''), capture].join('/').replace(/\/\.$/, '')

/** What was told, once for each cause of a capture (the surest), and what was not told though it holds. */
function claimsOf(labelled: LabelledCapture, {causes}: Envelope): Claim[] {
  const surest = new Map<string, number>()
  for (const {id, confidence} of causes) surest.set(id, Math.max(confidence, surest.get(id) ?? 0))
  const all = [...labelled.holds, ...(labelled.hidden ?? [])]
  for (const id of all) if (!surest.has(id)) surest.set(id, 0)
  return [...surest].map(([what, confidence]) => ({capture: nameOf(labelled), what, confidence, holds: all.includes(what)}))
}

interface WeighedHazard extends Claim {
  readonly from: number
  readonly verdict: string
}

/** Hazards that evidence spoke for or against. One holds when a cause that holds rests on it, at the place of that cause. */
function weighedOf(labelled: LabelledCapture, {envelope: {causes}, hazards}: Diagnosis): WeighedHazard[] {
  const held = new Set(
    causes
      .filter(cause => labelled.holds.includes(cause.id))
      .flatMap(cause => cause.chain.flatMap(step => (step.role === 'contradicts' ? [] : step.findings))),
  )
  return hazards.flatMap(finding =>
    finding.weighed === undefined
      ? []
      : [
          {
            capture: nameOf(labelled),
            what: `${finding.id} ${finding.places[0]?.file}:${finding.places[0]?.line}`,
            confidence: finding.confidence,
            from: finding.weighed.from,
            verdict: finding.weighed.verdict,
            holds: held.has(finding.fingerprint),
          },
        ],
  )
}

const bands = [
  ['certain', 0.95, 1.01],
  ['likely', 0.7, 0.95],
  ['possible', 0.5, 0.7],
  ['suspicion', 0.001, 0.5],
  ['not told', -1, 0.001],
] as const

const modules = `${process.env['GOMODCACHE'] ?? `${homedir()}/go/pkg/mod`}/github.com/gin-gonic`

test.skipIf(!existsSync(modules))(
  'confidence is scored on captures whose faults are known; the table is docs/precision/confidence.md [needs modules]',
  async () => {
    const claims: Claim[] = []
    const hazards: WeighedHazard[] = []
    let first = 0
    for (const labelled of labelledCaptures) {
      const diagnosis = await diagnose({paths: [labelled.capture], source: '.'}, nodeHost({cwd: checkout + labelled.program}), {})
      const {envelope} = diagnosis
      claims.push(...claimsOf(labelled, envelope))
      hazards.push(...weighedOf(labelled, diagnosis))
      const sure = envelope.causes.filter(cause => cause.confidence >= 0.5)
      if (sure[0]?.id === labelled.holds[0]) first++
    }
    expect(first).toBe(labelledCaptures.length)
    expect(brier(claims)).toBeLessThan(0.1)
    await expect(page(claims, hazards)).toMatchFileSnapshot(`${checkout}docs/precision/confidence.md`)
  },
)

/** The score of weighed hazards if the two weights were others. */
function scoreWith(hazards: readonly WeighedHazard[], raise: number, lower: number): number {
  return brier(
    hazards.map(({from, verdict, holds}) => ({
      confidence: Math.min(0.99, verdict === 'confirmed' ? 1 - (1 - from) * (1 - raise) : from * lower),
      holds,
    })),
  )
}

function page(claims: readonly Claim[], hazards: readonly WeighedHazard[]): string {
  const ids = [...new Set(claims.map(({what}) => what))].sort()
  const wrong = claims.filter(({confidence, holds}) => confidence >= 0.5 !== holds)
  const raise = weighFactors['the evidence shows it at the same function']
  const lower = weighFactors['the evidence covers the time and shows nothing']
  return `${[
    '# Confidence of causes and hazards',
    '',
    `Scored on ${labelledCaptures.length} captures of our own programs whose faults are known (\`src/operations/testing/labelled-captures.ts\`): the small`,
    'services, the incidents with their stages, and their mended forms. Written by `src/operations/confidence.test.ts`. Most of these programs were at',
    'hand when the weights were chosen: this is a fit, and no test on unseen data. Labelled dumps and race reports are scored in dumps.md.',
    '',
    `Brier score over all ${claims.length} claims: ${brier(claims).toFixed(3)}. A claim is a cause that was told of a capture, with its confidence, or one that holds and`,
    'was not told, with 0; causes that are neither are left out, since each of them would be an easy hit.',
    '',
    '| told as | claims | of them hold | mean confidence | Brier score |',
    '|---|---|---|---|---|',
    ...bands.flatMap(([name, low, high]) => {
      const own = claims.filter(({confidence}) => confidence >= low && confidence < high)
      if (own.length === 0) return []
      const mean = own.reduce((sum, {confidence}) => sum + confidence, 0) / own.length
      return [`| ${name} | ${own.length} | ${own.filter(({holds}) => holds).length} | ${mean.toFixed(2)} | ${brier(own).toFixed(3)} |`]
    }),
    '',
    '| cause | claims | of them hold | Brier score |',
    '|---|---|---|---|',
    ...ids.map(id => {
      const own = claims.filter(({what}) => what === id)
      return `| ${id} | ${own.length} | ${own.filter(({holds}) => holds).length} | ${brier(own).toFixed(3)} |`
    }),
    '',
    '## On the wrong side of 0.5',
    '',
    ...wrong.map(
      ({capture, what, confidence, holds}) =>
        `- ${capture}: ${what} with ${confidence.toFixed(2)}, ${holds ? 'though it holds' : 'which does not hold'}`,
    ),
    ...(wrong.length === 0 ? ['None.'] : []),
    '',
    '## Hazards that evidence spoke for or against',
    '',
    `${hazards.length} hazards of source were confirmed or lowered by the evidence. One counts as true when a cause that holds rests on it. Brier score before they`,
    `were weighed ${brier(hazards.map(one => ({confidence: one.from, holds: one.holds}))).toFixed(3)}, after ${brier(hazards).toFixed(3)}. With other weights, the ones in use in bold:`,
    '',
    `| lowers by \\ raises by | ${raises.join(' | ')} |`,
    `|---|${raises.map(() => '---').join('|')}|`,
    ...lowers.map(low => {
      const cells = raises.map(high => {
        const score = scoreWith(hazards, high, low).toFixed(3)
        return high === raise && low === lower ? `**${score}**` : score
      })
      return `| × ${low} | ${cells.join(' | ')} |`
    }),
    '',
    '| capture | hazard | verdict | from | to | holds |',
    '|---|---|---|---|---|---|',
    ...hazards.map(
      one =>
        `| ${one.capture} | ${one.what} | ${one.verdict} | ${one.from.toFixed(2)} | ${one.confidence.toFixed(2)} | ${one.holds ? 'yes' : 'no'} |`,
    ),
    '',
  ].join('\n')}`
}

const raises = [0.3, 0.5, 0.7, 0.85, 0.95] as const
const lowers = [0.2, 0.35, 0.5, 0.7, 1] as const
