// Pictures by two renderers with an A/B guard between them: Graphviz inside gotriage is control, the machine's own `dot` is the variant. Each outcome goes
// into the guard's policy, which decides how much of the traffic the variant gets. What the variant fails, control draws: the user loses nothing.
import {errors, TriageError} from '../base/errors.ts'
import {
  abPresets,
  abResult,
  abStatuses,
  abTick,
  newAb,
  variantShare,
  type AbPolicy,
  type AbReason,
  type AbState,
  type AbStatus,
} from '../guards/policies/ab.ts'
import type {RenderRequest, RenderResult} from '../render/graphviz/renderer.ts'

/** What draws; a Renderer of render/, or this file's. */
export interface Draws {
  render(request: RenderRequest): Promise<RenderResult>
}

/** A change of status: who decided what, when. */
export interface AbStep {
  readonly atMs: number
  readonly from: AbStatus
  readonly to: AbStatus
  readonly reason: AbReason
}

/** What is kept from run to run. */
export interface AbRecord {
  readonly version: 1
  readonly state: AbState
  /** The newest `stepsMax`. */
  readonly steps: readonly AbStep[]
}

export interface AbOptions {
  readonly policy?: AbPolicy
  readonly record?: AbRecord
  nowMs(): number
  /** 0 to below 1: which requests the variant gets. */
  random(): number
}

const stepsMax = 100
const recordBytesMax = 1 << 20

export class AbRenderer implements Draws {
  readonly #renderer: Draws
  readonly #options: AbOptions
  readonly #policy: AbPolicy
  readonly #state: AbState
  readonly #steps: AbStep[]
  #variantMissing = false

  constructor(renderer: Draws, options: AbOptions) {
    this.#renderer = renderer
    this.#options = options
    this.#policy = options.policy ?? abPresets.default
    this.#state = structuredClone(options.record?.state) ?? newAb(options.nowMs())
    this.#steps = [...(options.record?.steps ?? [])]
  }

  async render(request: RenderRequest): Promise<RenderResult> {
    this.#step(nowMs => abTick(this.#policy, this.#state, nowMs))
    // PDF has one renderer, and a request that names one is no experiment.
    if (request.format === 'pdf' || request.renderer !== undefined || this.#variantMissing) return this.#renderer.render(request)
    const variant = this.#options.random() < variantShare(this.#policy, this.#state)
    const result = await this.#renderer.render({...request, renderer: variant ? 'native' : 'wasm'})
    if (variant && result.kind === 'refused' && result.error.code === 'missing-tool') {
      this.#variantMissing = true
      return this.#renderer.render(request)
    }
    const failed = failure(request, result)
    if (failed !== undefined) this.#step(nowMs => abResult(this.#policy, this.#state, nowMs, variant, failed))
    if (!variant || result.kind !== 'failed') return result
    // Not counted for control: it is no fair sample of what control is asked.
    const again = await this.#renderer.render({...request, renderer: 'wasm'})
    if (again.kind === 'rendered') return {...again, steps: [...result.steps, ...again.steps]}
    return again.kind === 'failed' ? {...again, steps: [...result.steps, ...again.steps]} : again
  }

  /** The machine has no `dot`: nothing was compared. */
  get variantMissing(): boolean {
    return this.#variantMissing
  }

  get record(): AbRecord {
    return {version: 1, state: structuredClone(this.#state), steps: this.#steps.slice(-stepsMax)}
  }

  /** One line for people. */
  summary(): string {
    const {status, verdict, variantCalls, variantFailed, controlCalls, controlFailed} = this.#state
    const side = (name: string, failed: number, calls: number) => `${name} failed ${failed} of ${calls}`
    const share = `${Math.round(100 * variantShare(this.#policy, this.#state))} % of the traffic`
    return `A/B: ${status}, ${side('native dot', variantFailed, variantCalls)}, ${side('control', controlFailed, controlCalls)}: ${verdict}; native dot gets ${share}`
  }

  /** Prometheus' text exposition format 0.0.4, to stand after the counts of the renderer. */
  metrics(): string {
    const {status, downgrades, variantCalls, variantFailed, controlCalls, controlFailed} = this.#state
    const metric = (name: string, help: string, lines: readonly string[]) =>
      `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.map(line => `${name}${line}\n`).join('')}`
    return [
      metric(
        'gotriage_render_ab_status',
        'Status of the A/B guard, 1 for the one it is in.',
        abStatuses.map(one => `{status="${one}"} ${one === status ? 1 : 0}`),
      ),
      metric('gotriage_render_ab_variant_share', 'Share of the requests that native dot gets.', [
        ` ${variantShare(this.#policy, this.#state)}`,
      ]),
      metric('gotriage_render_ab_downgrades', 'Times that native dot lost its traffic.', [` ${downgrades}`]),
      metric('gotriage_render_ab_requests', 'Requests compared since the last change of status.', [
        `{renderer="wasm",outcome="failed"} ${controlFailed}`,
        `{renderer="wasm",outcome="rendered"} ${controlCalls - controlFailed}`,
        `{renderer="native",outcome="failed"} ${variantFailed}`,
        `{renderer="native",outcome="rendered"} ${variantCalls - variantFailed}`,
      ]),
    ].join('')
  }

  #step(event: (nowMs: number) => void): void {
    const from = this.#state.status
    event(this.#options.nowMs())
    const {status: to, reason, nowMs: atMs} = this.#state
    if (from !== to) this.#steps.push({atMs, from, to, reason})
  }
}

/** A picture that is not the one asked for counts as failed; what says nothing about the renderer is not counted. */
function failure(request: RenderRequest, result: RenderResult): boolean | undefined {
  if (result.kind === 'failed') return true
  if (result.kind !== 'rendered' || result.cached) return undefined
  return result.shows !== request.layout
}

export const abRecordText = (record: AbRecord): string => `${JSON.stringify(record, undefined, 2)}\n`

/** Reads what abRecordText wrote; anything else is an error, because a guard with a made-up past decides wrongly. */
export function readAbRecord(name: string, bytes: Uint8Array): AbRecord {
  if (bytes.length > recordBytesMax) throw errors.limit(`size of ${name} in bytes`, recordBytesMax)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw wrong(name, error instanceof Error ? error.message : String(error))
  }
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['state']) || !Array.isArray(value['steps']))
    throw wrong(name, 'it is not a record of version 1')
  const state: Record<string, unknown> = value['state']
  for (const [key, sample] of Object.entries(newAb()) as [string, unknown][])
    if (!sameShape(state[key], sample)) throw wrong(name, `state.${key}`)
  if (!abStatuses.some(status => status === state['status'])) throw wrong(name, 'state.status')
  return value as unknown as AbRecord // every field of the state was looked at; the steps are only passed on
}

const wrong = (name: string, what: string): TriageError =>
  errors.usage(`"${name}" is no record of an A/B guard: ${what}`, 'Name another file; it is made on the first run.')

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function sameShape(value: unknown, sample: unknown): boolean {
  if (Array.isArray(sample)) return Array.isArray(value) && value.length === sample.length && value.every(one => Number.isFinite(one))
  return typeof sample === 'number' ? Number.isFinite(value) : typeof value === typeof sample
}
