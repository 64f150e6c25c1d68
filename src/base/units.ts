// Units as brands: a number says what it counts, and the compiler refuses to mix them.

declare const unit: unique symbol

/** Nanoseconds since the evidence began. Exact to 2^53 ns, about 104 days; wall clock stays in `originUnixNs` as bigint. */
export type Nanos = number & {readonly [unit]: 'ns'}
/** Bytes. Exact to 2^53. */
export type Bytes = number & {readonly [unit]: 'B'}

export const nanos = (n: number) => n as Nanos
export const micros = (us: number) => nanos(us * 1e3)
export const millis = (ms: number) => nanos(ms * 1e6)
export const seconds = (s: number) => nanos(s * 1e9)
export const bytes = (n: number) => n as Bytes
export const kib = (n: number) => bytes(n * 1024)
export const mib = (n: number) => bytes(n * 1024 * 1024)

/** `12.3 MB`-style text in binary multiples, as pprof and gctrace mean "MB". */
export function formatBytes(n: number): string {
  const sign = n < 0 ? '-' : ''
  let value = Math.abs(n)
  for (const name of ['B', 'KB', 'MB', 'GB', 'TB']) {
    if (value < 1024 || name === 'TB')
      return `${sign}${name === 'B' ? String(Math.round(value)) : value.toFixed(value < 10 ? 2 : 1)} ${name}`
    value /= 1024
  }
  return `${sign}${value} TB`
}

/** `1.5 ms`-style text of a duration in nanoseconds. */
export function formatNanos(ns: number): string {
  const sign = ns < 0 ? '-' : ''
  const value = Math.abs(ns)
  if (value < 1e3) return `${sign}${value.toFixed(0)} ns`
  if (value < 1e6) return `${sign}${trim(value / 1e3)} µs`
  if (value < 1e9) return `${sign}${trim(value / 1e6)} ms`
  if (value < 120e9) return `${sign}${trim(value / 1e9)} s`
  if (value < 7200e9) return `${sign}${trim(value / 60e9)} min`
  return `${sign}${trim(value / 3600e9)} h`
}

const trim = (n: number) => n.toFixed(n < 10 ? 2 : 1)
