// What a simulation answers: named figures with a unit. The names are listed in docs/metrics.md, and a test holds the two together.

export interface Metric {
  readonly value: number
  readonly unit: string
  /** 95 % interval over the seeds, when there were several. */
  readonly lo95?: number
  readonly hi95?: number
}

export type Metrics = Readonly<Record<string, Metric>>

/** Numbers as JSON prints them the same everywhere: no more digits than the model is good for. */
export const figure = (value: number, unit: string): Metric => ({value: rounded(value), unit})

export const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(9)) : 0)
