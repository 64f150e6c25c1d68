// What a flame graph shows, ready to be written into a page: a tree of call paths in columns, parents before children.

export interface FlameData {
  readonly title: string
  /** Type and unit of the weights, e.g. `inuse_space` and `bytes`. */
  readonly type: string
  readonly unit: string
  /** Frame names, each once. */
  readonly names: readonly string[]
  /** By row: the parent's row (−1 for row 0, the root of all), index of the name, own weight. */
  readonly parent: Int32Array | readonly number[]
  readonly name: Int32Array | readonly number[]
  readonly self: Float64Array | readonly number[]
  /** Own weights in the profile it is compared with. */
  readonly before?: Float64Array | readonly number[]
}

/** Safe inside a script element: no `<` that could end it, no line separator that older parsers refuse. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

export function flameJson(data: FlameData): string {
  return scriptJson({
    ...data,
    // Parents as distances: smaller, and they compress.
    parent: Array.from(data.parent, (parent, row) => (parent < 0 ? 0 : row - parent)),
    name: Array.from(data.name),
    self: Array.from(data.self),
    ...(data.before === undefined ? {} : {before: Array.from(data.before)}),
  })
}
