// Pictures that do not fail: a graph goes through the pool, the output is looked at, and what cannot be laid out in time gets a simpler layout or,
// at last, a table. Each step is logged in the result. Only a file that is wrong is refused.
import {availableParallelism} from 'node:os'
import {errors, TriageError} from '../../base/errors.ts'
import {sha256Hex} from '../../base/sha256.ts'
import {Pool, type Outcome, type PoolCounts, type PoolOptions, type RunOptions} from '../pool/pool.ts'
import {findFonts, type FontOptions, type Fonts} from '../png/fonts.ts'
import {startRasterizer, type Rasterized, type RasterizeRequest} from '../png/rasterize.ts'
import {PictureCache} from './cache.ts'
import {dotProblem, jsonProblem, pdfProblem, pngProblem, svgProblem} from './check-output.ts'
import {environmentLabel} from './environment.ts'
import {FailureRate, type RenderOutcome} from './failure-rate.ts'
import {layGraph} from './lay-graph.ts'
import {startGraphviz, type Laid, type Layout, type LayoutRequest, type PlannedLayout} from './layout.ts'
import {startNative, type NativeRequest, type NativeResult} from './native-dot.ts'
import {readDot, type DotGraph} from './read-dot.ts'
import {safeSvg} from './safe-svg.ts'

export const formats = ['svg', 'png', 'pdf', 'json', 'dot'] as const
export type Format = (typeof formats)[number]

/** Graphviz in a worker thread of gotriage, or the machine's own `dot`. */
export type RendererKind = 'wasm' | 'native'

export interface RenderRequest {
  readonly dot: string
  /** For messages: the file. */
  readonly name: string
  readonly format: Format
  readonly layout: Layout
  /** A newer request of the same key takes the place of this one while it waits. */
  readonly key?: string
  readonly signal?: AbortSignal
  /** Of each step, from the moment a worker takes it. */
  readonly deadlineMs?: number
  /** False: a graph that cannot be laid out as asked is a failure. */
  readonly fallback?: boolean
  readonly dotsPerInch?: number
  /** Default `wasm`; PDF is always native. Native draws what is asked or fails: there is no fallback behind it. */
  readonly renderer?: RendererKind
}

/** One attempt and what came of it. */
export interface RenderStep {
  readonly step: Layout | 'table' | 'png' | 'native'
  /** `ok`, or why not, as a clause. */
  readonly outcome: string
  /** Until a worker took it, and from then to the answer, which is what the deadline limits; absent when no worker did. */
  readonly waitedMs?: number
  readonly tookMs?: number
}

export interface Picture {
  readonly kind: 'rendered'
  readonly bytes: Uint8Array
  readonly format: Format
  readonly renderer: RendererKind
  /** What the picture shows: the layout asked for, a simpler one, or the table. */
  readonly shows: Layout | 'table'
  readonly steps: readonly RenderStep[]
  /** What Graphviz said beside, and what the reader should know. */
  readonly messages: readonly string[]
  readonly nodes: number
  readonly edges: number
  readonly cached: boolean
}

export type RenderResult =
  | Picture
  /** The file is wrong, or asks for what this machine cannot do. */
  | {readonly kind: 'refused'; readonly error: TriageError}
  | {readonly kind: 'failed'; readonly error: TriageError; readonly steps: readonly RenderStep[]}
  | {readonly kind: 'superseded' | 'cancelled'}

export interface RendererOptions {
  readonly pool?: Partial<PoolOptions>
  readonly cacheBytesMax?: number
  readonly fonts?: FontOptions
  /** Nodes and edges above which the layered layouts are not tried, because they would only use up the deadline and the memory. */
  readonly nodesMax?: number
  readonly edgesMax?: number
  /** What kind of machine this is, as a label of the counts; default what environmentLabel finds. */
  readonly environment?: string
  /** Only for tests and measurements: another way to start workers. */
  readonly start?: typeof startGraphviz
}

const workersMax = 4
const cacheBytesDefault = 64 * 1024 * 1024
const nodesDefault = 1500
const edgesDefault = 4000
const nativeDeadlineMs = 10_000
const tableDeadlineMs = 10_000
/** Nodes and edges beyond which only the table is drawn. */
const simpleNodesMax = 20_000
const simpleEdgesMax = 60_000
/** Packed side by side with straight edges: the cheapest of Graphviz's layouts (docs/measurements/render.md). */
const simpler: Layout = 'osage'
const dotsPerInchDefault = 96

/** What became of the layout. */
type Drawn =
  | {
      readonly kind: 'drawn'
      readonly output: string
      readonly shows: Layout | 'table'
      readonly steps: readonly RenderStep[]
      readonly messages: readonly string[]
      readonly nodes: number
      readonly edges: number
    }
  | {readonly kind: 'failed'; readonly steps: readonly RenderStep[]}
  | {readonly kind: 'refused'; readonly error: TriageError}
  | {readonly kind: 'superseded' | 'cancelled'}

export class Renderer {
  readonly #options: RendererOptions
  readonly #pool: Pool<LayoutRequest, Laid>
  #rasterizers: {readonly pool: Pool<RasterizeRequest, Rasterized>; readonly fonts: Fonts} | undefined
  #natives: Pool<NativeRequest, NativeResult> | undefined
  readonly #cache: PictureCache<Picture>
  readonly #running = new Map<string, Promise<RenderResult>>()
  readonly rate: FailureRate

  constructor(options: RendererOptions = {}) {
    this.#options = options
    this.#pool = new Pool(options.start ?? startGraphviz, {workers: Math.min(workersMax, availableParallelism()), ...options.pool})
    this.#cache = new PictureCache(options.cacheBytesMax ?? cacheBytesDefault)
    this.rate = new FailureRate(options.environment ?? environmentLabel())
  }

  /** Never rejects for anything a file or a layout does. */
  async render(request: RenderRequest): Promise<RenderResult> {
    const hash = sha256Hex(
      JSON.stringify([
        rendererOf(request),
        request.format,
        request.layout,
        request.dotsPerInch,
        request.fallback,
        request.deadlineMs,
        request.dot,
      ]),
    )
    const known = this.#cache.get(hash)
    if (known !== undefined) return this.#counted(request, {...known, cached: true})
    const alone = request.key !== undefined || request.signal !== undefined
    const running = alone ? undefined : this.#running.get(hash)
    if (running !== undefined) {
      const result = await running
      return this.#counted(request, result.kind === 'rendered' ? {...result, cached: true} : result)
    }
    const work = this.#render(request)
    if (!alone) this.#running.set(hash, work)
    const result = await work
    if (!alone) this.#running.delete(hash)
    // What a busy machine made of it need not be so the next time.
    if (result.kind === 'rendered' && result.shows === request.layout) this.#cache.set(hash, result, result.bytes.length)
    return this.#counted(request, result)
  }

  counts(): PoolCounts {
    return this.#pool.counts()
  }

  close(): void {
    this.#pool.close()
    this.#rasterizers?.pool.close()
    this.#natives?.close()
  }

  #counted(request: RenderRequest, result: RenderResult): RenderResult {
    const outcome: RenderOutcome = result.kind === 'rendered' && result.shows !== request.layout ? 'fallback' : result.kind
    this.rate.count(rendererOf(request), request.format, outcome)
    return result
  }

  async #render(request: RenderRequest): Promise<RenderResult> {
    const renderer = rendererOf(request)
    if (renderer === 'native') return this.#native(request)
    const drawn = await this.#draw(request)
    if (drawn.kind === 'failed') return failed(request.name, drawn.steps)
    if (drawn.kind !== 'drawn') return drawn
    const {output, nodes, edges, shows, steps, messages} = drawn
    const picture = {kind: 'rendered', shows, messages, nodes, edges, cached: false, format: request.format, renderer} as const
    if (request.format !== 'png') return {...picture, bytes: encoded(output), steps}
    const png = await this.#png(request, output)
    if (png.kind === 'refused' || png.kind === 'cancelled') return png
    return png.kind === 'png' ? {...picture, bytes: png.bytes, steps: [...steps, png.step]} : failed(request.name, [...steps, png.step])
  }

  /** The fallback chain. */
  async #draw(request: RenderRequest): Promise<Drawn> {
    const {dot, name, layout, deadlineMs} = request
    const format = request.format === 'json' || request.format === 'dot' ? request.format : 'svg'
    const fallback = request.fallback !== false
    const tables = fallback && format === 'svg'
    const steps: RenderStep[] = []
    const run: RunOptions = {
      ...(request.key === undefined ? {} : {key: request.key}),
      ...(request.signal === undefined ? {} : {signal: request.signal}),
    }
    let plan = this.#plan(layout, fallback)
    while (plan.length > 0) {
      const ask = {dot, name, format, plan, ...(tables ? {table: 'no layout'} : {})} as const
      const outcome = await this.#pool.run(ask, deadlineMs === undefined ? run : {...run, deadlineMs})
      if (outcome.kind === 'superseded' || outcome.kind === 'cancelled') return {kind: outcome.kind}
      if (outcome.kind !== 'answered') {
        const [{layout: step} = {layout}] = plan
        steps.push({step, outcome: poolProblem(outcome), ...timesOf(outcome)})
        // A full queue is said, not painted over: the caller has to slow down.
        if (outcome.kind === 'refused') return {kind: 'failed', steps}
        plan = plan.slice(1)
        continue
      }
      const {value} = outcome
      if (value.kind === 'refused') return {kind: 'refused', error: new TriageError(value.code, value.message, value.hint)}
      steps.push(...value.passed)
      if (value.kind === 'laid') return drawn(value, [...steps, {step: value.shows, outcome: 'ok', ...timesOf(outcome)}])
      const {tried} = value
      if (tried === undefined) break
      steps.push({step: tried, outcome: value.why, ...timesOf(outcome)})
      plan = plan.slice(plan.findIndex(planned => planned.layout === tried) + 1)
    }
    return tables
      ? this.#table({dot, name, format, plan: [], table: steps.at(-1)?.outcome ?? 'no layout'}, steps, run)
      : {kind: 'failed', steps}
  }

  /** Drawn by a worker, so that nobody waits for a large one; here when there is none: a table needs no layout. */
  async #table(ask: LayoutRequest, steps: readonly RenderStep[], run: RunOptions): Promise<Drawn> {
    const deadlineMs = Math.max(tableDeadlineMs, this.#options.pool?.deadlineMs ?? 0)
    const outcome = await this.#pool.run(ask, {...run, deadlineMs})
    if (outcome.kind === 'superseded' || outcome.kind === 'cancelled') return {kind: outcome.kind}
    const value = outcome.kind === 'answered' ? outcome.value : layGraph(ask, undefined).value
    if (value.kind === 'laid') return drawn(value, [...steps, {step: 'table', outcome: 'ok', ...timesOf(outcome)}])
    return {kind: 'failed', steps: [...steps, {step: 'table', outcome: value.kind === 'failed' ? value.why : value.message}]}
  }

  #plan(layout: Layout, fallback: boolean): readonly PlannedLayout[] {
    if (!fallback) return [{layout, nodesMax: Infinity, edgesMax: Infinity, straight: false}]
    const {nodesMax = nodesDefault, edgesMax = edgesDefault} = this.#options
    const simple = {layout: simpler, nodesMax: simpleNodesMax, edgesMax: simpleEdgesMax, straight: layout !== simpler}
    return layout === simpler ? [simple] : [{layout, nodesMax, edgesMax, straight: false}, simple]
  }

  async #png(
    request: RenderRequest,
    svg: string,
  ): Promise<
    | {readonly kind: 'png'; readonly bytes: Uint8Array; readonly step: RenderStep}
    | {readonly kind: 'failed'; readonly step: RenderStep}
    | {readonly kind: 'refused'; readonly error: TriageError}
    | {readonly kind: 'cancelled'}
  > {
    const {pool, fonts} = this.#pngTools()
    const missing = fonts.missing(shownText(svg))
    if (missing.length > 0) return {kind: 'refused', error: noFont(request.name, missing, fonts)}
    const outcome = await pool.run(
      {svg, dotsPerInch: request.dotsPerInch ?? dotsPerInchDefault},
      request.signal === undefined ? {} : {signal: request.signal},
    )
    const step = (why: string) => ({kind: 'failed', step: {step: 'png', outcome: why}}) as const
    if (outcome.kind === 'cancelled') return {kind: 'cancelled'}
    if (outcome.kind !== 'answered') return step(poolProblem(outcome))
    const {value} = outcome
    if (value.kind === 'missing')
      return {kind: 'refused', error: errors.missingTool('sharp', 'Install the optional package "sharp", or ask for -T svg.')}
    if (value.kind === 'failed') return step(value.why)
    const problem = pngProblem(value.bytes)
    return problem === undefined ? {kind: 'png', bytes: value.bytes, step: {step: 'png', outcome: 'ok'}} : step(problem)
  }

  #pngTools(): {readonly pool: Pool<RasterizeRequest, Rasterized>; readonly fonts: Fonts} {
    if (this.#rasterizers === undefined) {
      const fonts = findFonts(this.#options.fonts)
      const {deadlineMs, waitingMax} = {deadlineMs: 30_000, waitingMax: 1000, ...this.#options.pool}
      this.#rasterizers = {
        fonts,
        pool: new Pool(startRasterizer(fonts.configuration), {workers: 1, deadlineMs: Math.max(deadlineMs, 10_000), waitingMax}),
      }
    }
    return this.#rasterizers
  }

  async #native(request: RenderRequest): Promise<RenderResult> {
    let graph: DotGraph
    try {
      graph = readDot(request.dot, request.name)
    } catch (error) {
      if (error instanceof TriageError) return {kind: 'refused', error}
      throw error
    }
    const {layout, format, deadlineMs = this.#options.pool?.deadlineMs ?? nativeDeadlineMs} = request
    this.#natives ??= new Pool(startNative, {workers: Math.min(workersMax, availableParallelism()), ...this.#options.pool})
    const outcome = await this.#natives.run(
      {dot: request.dot.slice(0, graph.end + 1), layout, format, deadlineMs, ...(format === 'png' ? dpiOf(request) : {})},
      {
        deadlineMs,
        ...(request.key === undefined ? {} : {key: request.key}),
        ...(request.signal === undefined ? {} : {signal: request.signal}),
      },
    )
    if (outcome.kind === 'superseded' || outcome.kind === 'cancelled') return {kind: outcome.kind}
    const result: NativeResult = outcome.kind === 'answered' ? outcome.value : {kind: 'failed', why: poolProblem(outcome)}
    if (result.kind === 'missing')
      return {
        kind: 'refused',
        error: errors.missingTool(
          'dot',
          `${format === 'pdf' ? "PDF is drawn by the machine's own Graphviz: install" : 'Install'} "graphviz", or ask for -T svg.`,
        ),
      }
    const bytes = result.kind === 'failed' ? new Uint8Array() : format === 'svg' ? encoded(safeSvg(decoded(result.bytes))) : result.bytes
    const problem = result.kind === 'failed' ? result.why : nativeProblem(bytes, format, graph)
    const steps: RenderStep[] = [{step: 'native', outcome: problem ?? 'ok', ...timesOf(outcome)}]
    if (problem !== undefined) return failed(request.name, steps)
    const about = {nodes: graph.nodes.size, edges: graph.edgeCount, cached: false, format, renderer: 'native'} as const
    return {kind: 'rendered', bytes, shows: layout, steps, messages: graph.more ? [onlyFirst] : [], ...about}
  }
}

const onlyFirst = 'only the first graph of the file is drawn'

const drawn = ({output, shows, messages, nodes, edges, more}: Laid & {readonly kind: 'laid'}, steps: readonly RenderStep[]): Drawn => ({
  kind: 'drawn',
  output,
  shows,
  steps,
  messages: more ? [...messages, onlyFirst] : messages,
  nodes,
  edges,
})

const rendererOf = ({format, renderer = 'wasm'}: RenderRequest): RendererKind => (format === 'pdf' ? 'native' : renderer)

const dpiOf = ({dotsPerInch = dotsPerInchDefault}: RenderRequest) => ({dotsPerInch})

const encoded = (text: string) => new TextEncoder().encode(text)
const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const timesOf = (outcome: Outcome<unknown>): Pick<RenderStep, 'waitedMs' | 'tookMs'> =>
  outcome.kind === 'answered' || outcome.kind === 'deadline' ? {waitedMs: outcome.waitedMs, tookMs: outcome.tookMs} : {}

function nativeProblem(bytes: Uint8Array, format: Format, graph: DotGraph): string | undefined {
  switch (format) {
    case 'svg':
      return svgProblem(decoded(bytes), graph)
    case 'json':
      return jsonProblem(decoded(bytes), graph)
    case 'dot':
      return dotProblem(decoded(bytes), graph)
    case 'png':
      return pngProblem(bytes)
    case 'pdf':
      return pdfProblem(bytes)
  }
}

const failed = (name: string, steps: readonly RenderStep[]): RenderResult => ({
  kind: 'failed',
  error: errors.unsupported(
    `"${name}" could not be drawn: ${steps.map(({step, outcome}) => `${step}: ${outcome}`).join('; ')}`,
    'Try another layout with -K, a longer --deadline, or a smaller graph.',
  ),
  steps,
})

function poolProblem(outcome: Exclude<Outcome<unknown>, {kind: 'answered'}>): string {
  switch (outcome.kind) {
    case 'deadline':
      return `no picture after ${Math.round(outcome.afterMs)} ms`
    case 'died':
      return `the renderer ended ${outcome.attempts} times: ${outcome.why}`
    case 'refused':
      return outcome.why
    case 'superseded':
    case 'cancelled':
      return outcome.kind
  }
}

/** The text an SVG shows. */
const shownText = (svg: string): string =>
  [...svg.matchAll(/<text\b[^>]*>([^<]*)<\/text>/g)]
    .map(([, text = '']) =>
      text
        .replace(/&#(x?)([0-9a-fA-F]+);/g, (_, x: string, digits: string) =>
          String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(digits, x === '' ? 10 : 16))),
        )
        .replace(/&(?:amp|lt|gt|quot|apos);/g, '&'),
    )
    .join('')

const noFont = (name: string, missing: readonly string[], fonts: Fonts): TriageError => {
  const shown = missing.slice(0, 3).map(character => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  return errors.missingTool(
    `a font with ${missing.length} of the characters of ${name} (like ${shown.join(', ')}; ${fonts.files.length} font files here)`,
    'Install the optional package "@fontsource/unifontex" beside gotriage, name a directory of fonts in GOTRIAGE_FONTS, or ask for -T svg.',
  )
}
