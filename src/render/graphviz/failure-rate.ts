// How often each renderer failed, in Prometheus' text exposition format, version 0.0.4. The labels have few values on purpose: durations and file
// names as labels would make a series each.

export type RenderOutcome = 'rendered' | 'fallback' | 'refused' | 'failed' | 'superseded' | 'cancelled'

export class FailureRate {
  readonly #counts = new Map<string, number>()
  /** What kind of machine this is: `linux/amd64 fonts`, `linux/amd64 no-fonts`, … */
  readonly environment: string

  constructor(environment: string) {
    this.environment = environment
  }

  count(renderer: 'wasm' | 'native', format: string, outcome: RenderOutcome): void {
    const labels = `renderer="${renderer}",format="${format}",outcome="${outcome}",environment="${escaped(this.environment)}"`
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + 1)
  }

  text(): string {
    const lines = [...this.#counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([labels, count]) => `gotriage_renders_total{${labels}} ${count}`)
    return `# HELP gotriage_renders_total Pictures asked for, by what became of them.\n# TYPE gotriage_renders_total counter\n${lines.map(line => `${line}\n`).join('')}`
  }
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
