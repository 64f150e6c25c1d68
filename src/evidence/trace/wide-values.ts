// 64-bit values in number columns: what fits 2^53 is itself, what does not is a negative handle into a table. -1 stands for 2^64-1,
// which the format uses for "none" (NoThread, NoProc, NoGoroutine in src/internal/trace/resources.go, NoTask in event.go).

const all64 = (1n << 64n) - 1n
const safeMax = BigInt(Number.MAX_SAFE_INTEGER)

/** Distinct values above 2^53 that are kept apart; beyond it the last handle is reused, which only damaged files reach. */
const valuesMax = 1 << 20

export class WideValues {
  readonly #values: bigint[] = []
  readonly #handles = new Map<bigint, number>()

  /** The column form of a 64-bit value. */
  intern(value: bigint): number {
    if (value <= safeMax) return Number(value)
    if (value === all64) return -1
    const known = this.#handles.get(value)
    if (known !== undefined) return known
    if (this.#values.length >= valuesMax) return -1 - valuesMax
    this.#values.push(value)
    const handle = -1 - this.#values.length
    this.#handles.set(value, handle)
    return handle
  }

  /** The unsigned value behind a column value. */
  unsigned(column: number): bigint {
    if (column >= 0) return BigInt(column)
    return column === -1 ? all64 : (this.#values[-2 - column] ?? all64)
  }

  /** As Go's int64 types (GoID, ProcID, ThreadID) see it. */
  signed(column: number): bigint {
    return column >= 0 ? BigInt(column) : BigInt.asIntN(64, this.unsigned(column))
  }

  /** The nearest double, as Go's float64(uint64). */
  double(column: number): number {
    return column >= 0 ? column : Number(this.unsigned(column))
  }
}
