// `gotriage render`: DOT files to pictures, many at once. Nothing is written here; the caller gets each picture, already looked at, in order.
import {errors, TriageError} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {checkpoint, type Task} from '../base/progress.ts'
import type {Format, Picture, RenderResult} from '../render/graphviz/renderer.ts'
import type {Layout} from '../render/graphviz/layout.ts'
import type {Draws} from './render-ab.ts'

export interface RenderInput {
  /** A path, or what to call the bytes. */
  readonly name: string
  /** Absent: the file `name` is read. */
  readonly bytes?: Uint8Array
}

export interface RenderFilesRequest {
  readonly inputs: readonly RenderInput[]
  readonly format: Format
  readonly layout: Layout
  readonly deadlineMs?: number
  readonly fallback?: boolean
  readonly dotsPerInch?: number
}

export interface RenderedFile {
  readonly name: string
  readonly picture?: Picture
  /** Why there is no picture. */
  readonly error?: TriageError
}

/** Files that are rendered or wait at a time; the pool's own queue is longer. */
const atOnceMax = 16
const fileBytesMax = 64 * 1024 * 1024

/** `done` is called for each file as it is finished, in no particular order; the result is in the order asked. */
export async function renderFiles(
  request: RenderFilesRequest,
  renderer: Draws,
  host: Host,
  task: Task,
  done: (file: RenderedFile) => Promise<void>,
): Promise<readonly RenderedFile[]> {
  if (request.inputs.length === 0) throw errors.usage('nothing to render', 'Name DOT files, or - for standard input.')
  const files: RenderedFile[] = []
  let next = 0
  let finished = 0
  const worker = async () => {
    for (let i = next++; i < request.inputs.length; i = next++) {
      checkpoint(task)
      const file = await renderOne(request.inputs[i]!, request, renderer, host, task)
      checkpoint(task)
      files[i] = file
      await done(file)
      task.progress?.('pictures', ++finished, request.inputs.length)
    }
  }
  await Promise.all(Array.from({length: Math.min(atOnceMax, request.inputs.length)}, worker))
  return files
}

async function renderOne(input: RenderInput, request: RenderFilesRequest, renderer: Draws, host: Host, task: Task): Promise<RenderedFile> {
  const {name} = input
  let result: RenderResult
  try {
    const dot = textOf(name, input.bytes ?? (await host.readFile(name, fileBytesMax)))
    const {format, layout, deadlineMs, fallback, dotsPerInch} = request
    result = await renderer.render({
      dot,
      name,
      format,
      layout,
      ...(deadlineMs === undefined ? {} : {deadlineMs}),
      ...(fallback === undefined ? {} : {fallback}),
      ...(dotsPerInch === undefined ? {} : {dotsPerInch}),
      ...(task.signal === undefined || request.inputs.length > 1 ? {} : {signal: task.signal}),
    })
  } catch (error) {
    if (error instanceof TriageError) return {name, error}
    throw error
  }
  if (result.kind === 'rendered') return {name, picture: result}
  return {name, error: result.kind === 'refused' || result.kind === 'failed' ? result.error : errors.cancelled()}
}

/** DOT is UTF-8 unless the graph says `charset="latin1"` (Graphviz attribute charset). */
export function textOf(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes)
  } catch {
    const text = new TextDecoder('latin1').decode(bytes)
    if (/charset\s*=\s*"?(?:latin-?1|iso-?8859-?1|l1|iso-ir-100)\b/i.test(text.slice(0, 65_536)))
      return text.replace(/charset\s*=\s*"?[\w-]+"?/i, 'charset="UTF-8"')
    const at = invalidAt(bytes)
    const line = bytes.subarray(0, at).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 1)
    throw errors.syntaxAt(name, line, at - bytes.subarray(0, at).lastIndexOf(10), 'a byte that is not UTF-8')
  }
}

/** Offset of the first byte that does not continue valid UTF-8. */
function invalidAt(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', {fatal: true})
  let low = 0
  let high = bytes.length
  const valid = (length: number) => {
    try {
      decoder.decode(bytes.subarray(0, length), {stream: false})
      return true
    } catch {
      return length < bytes.length && cutInside(bytes, length)
    }
  }
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (valid(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/** Whether a prefix ends within a character that the following bytes complete. */
function cutInside(bytes: Uint8Array, length: number): boolean {
  for (let more = 1; more <= 3; more++) {
    try {
      new TextDecoder('utf-8', {fatal: true}).decode(bytes.subarray(0, length + more))
      return true
    } catch {
      continue
    }
  }
  return false
}
