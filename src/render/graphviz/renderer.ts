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
import {startGraphviz, type Laid, type Layout, type LayoutRequest} from './layout.ts'
import {startNative, type NativeRequest, type NativeResult} from './native-dot.ts'
import {readDot, type DotGraph} from './read-dot.ts'
import {safeSvg} from './safe-svg.ts'
import {tableSvg} from './table-svg.ts'
import {withLabelWidths} from './wide-labels.ts'

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
/** Nodes and edges beyond which only the table is drawn. */
const simpleNodesMax = 20_000
const simpleEdgesMax = 60_000
/** Packed side by side with straight edges: the cheapest of Graphviz's layouts (docs/measurements/render.md). */
const simpler: Layout = 'osage'
const dotsPerInchDefault = 96

/** What became of the layout: text and what it shows, or why there is none. */
interface Drawn {
  readonly output: string | undefined
  readonly shows: Layout | 'table'
  readonly steps: readonly RenderStep[]
  readonly messages: readonly string[]
  readonly stopped?: 'superseded' | 'cancelled'
}

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
    let graph: DotGraph
    try {
      graph = readDot(request.dot, request.name)
    } catch (error) {
      if (error instanceof TriageError) return {kind: 'refused', error}
      throw error
    }
    const whole = {
      nodes: graph.nodes.size,
      edges: graph.edgeCount,
      cached: false,
      format: request.format,
      renderer: rendererOf(request),
    } as const
    if (whole.renderer === 'native') return this.#native(request, graph, whole)
    const drawn = await this.#draw(request, graph)
    if (drawn.stopped !== undefined) return {kind: drawn.stopped}
    const messages = graph.more ? [...drawn.messages, 'only the first graph of the file is drawn'] : drawn.messages
    if (drawn.output === undefined) return failed(request.name, drawn.steps)
    const text = request.format === 'svg' || request.format === 'png' ? safeSvg(drawn.output) : drawn.output
    if (request.format !== 'png')
      return {kind: 'rendered', bytes: new TextEncoder().encode(text), shows: drawn.shows, steps: drawn.steps, messages, ...whole}
    const png = await this.#png(request, text)
    if (png.kind === 'refused' || png.kind === 'cancelled') return png
    const steps = [...drawn.steps, png.step]
    return png.kind === 'png'
      ? {kind: 'rendered', bytes: png.bytes, shows: drawn.shows, steps, messages, ...whole}
      : failed(request.name, steps)
  }

  /** The fallback chain. */
  async #draw(request: RenderRequest, graph: DotGraph): Promise<Drawn> {
    const format = request.format === 'png' || request.format === 'pdf' ? 'svg' : request.format
    const steps: RenderStep[] = []
    const plan: readonly Layout[] = request.fallback === false || request.layout === simpler ? [request.layout] : [request.layout, simpler]
    const run: RunOptions = {
      ...(request.key === undefined ? {} : {key: request.key}),
      ...(request.signal === undefined ? {} : {signal: request.signal}),
      ...(request.deadlineMs === undefined ? {} : {deadlineMs: request.deadlineMs}),
    }
    for (const layout of plan) {
      const large = request.fallback === false ? undefined : this.#tooLarge(graph, layout)
      if (large !== undefined) {
        steps.push({step: layout, outcome: large})
        continue
      }
      const measured = withLabelWidths(request.dot, graph)
      const dot =
        layout === request.layout
          ? measured
          : `${measured.slice(0, measured.length - (request.dot.length - graph.end))}\nsplines=line\n${request.dot.slice(graph.end)}`
      const outcome = await this.#pool.run({dot, layout, format}, run)
      if (outcome.kind === 'superseded' || outcome.kind === 'cancelled')
        return {output: undefined, shows: layout, steps, messages: [], stopped: outcome.kind}
      const problem = problemOf(outcome, format, graph)
      steps.push({step: layout, outcome: problem ?? 'ok', ...timesOf(outcome)})
      // A full queue is said, not painted over: the caller has to slow down.
      if (outcome.kind === 'refused') return {output: undefined, shows: layout, steps, messages: []}
      if (problem === undefined && outcome.kind === 'answered' && outcome.value.kind === 'laid')
        return {output: outcome.value.output, shows: layout, steps, messages: outcome.value.messages.filter(told)}
    }
    if (request.fallback === false || format !== 'svg') return {output: undefined, shows: 'table', steps, messages: []}
    const table = tableSvg(graph, steps.at(-1)?.outcome ?? 'no layout')
    const problem = svgProblem(table, graph)
    steps.push({step: 'table', outcome: problem ?? 'ok'})
    return {output: problem === undefined ? table : undefined, shows: 'table', steps, messages: []}
  }

  #tooLarge(graph: DotGraph, layout: Layout): string | undefined {
    const simple = layout === simpler
    const nodesMax = simple ? simpleNodesMax : (this.#options.nodesMax ?? nodesDefault)
    const edgesMax = simple ? simpleEdgesMax : (this.#options.edgesMax ?? edgesDefault)
    if (graph.nodes.size > nodesMax) return `${graph.nodes.size} nodes are more than the ${nodesMax} it is tried with`
    return graph.edgeCount > edgesMax ? `${graph.edgeCount} edges are more than the ${edgesMax} it is tried with` : undefined
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

  async #native(
    request: RenderRequest,
    graph: DotGraph,
    whole: Pick<Picture, 'nodes' | 'edges' | 'cached' | 'format' | 'renderer'>,
  ): Promise<RenderResult> {
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
    const messages = graph.more ? ['only the first graph of the file is drawn'] : []
    return {kind: 'rendered', bytes, shows: layout, steps, messages, ...whole}
  }
}

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

/** What Graphviz says about its own missing font metrics is no news to the reader. */
const told = (message: string) => !/no value for width of|non-ASCII character/.test(message)

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

function problemOf(outcome: Outcome<Laid>, format: 'svg' | 'json' | 'dot', graph: DotGraph): string | undefined {
  if (outcome.kind !== 'answered') return poolProblem(outcome)
  const {value} = outcome
  if (value.kind === 'failed') return value.messages.find(told) ?? 'Graphviz gave no picture and no reason'
  return format === 'svg'
    ? svgProblem(safeSvg(value.output), graph)
    : format === 'json'
      ? jsonProblem(value.output, graph)
      : dotProblem(value.output, graph)
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
