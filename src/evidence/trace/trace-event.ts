// The event the reader shows: one object that is filled again for every event, so that nothing is allocated on the way.

/** Columns of `TraceEvent.n`. */
export const timeColumn = 0
export const argColumn = 1

export class TraceEvent {
  /** Time in ns since the trace's first batch, then the wire arguments (column form, see WideValues), some rewritten as the reader does. */
  readonly n = new Float64Array(8)
  /** Wire event number, or `ev.readerSync`. */
  type = 0
  /** Slots of the context the event happened in, before the event; -1 for none. Ids are in the model's tables. */
  m = -1
  p = -1
  g = -1
  /** Slot of the G or P a state transition is about; -1 for other events. */
  resource = -1
  /** State before and after, as `go` or `proc` numbers; 0 for other events. */
  from = 0
  to = 0
  /** Index of the context's stack in the generation's tables; -1 for none. */
  stack = -1
  /** The task type of a TaskEnd, which may come from an earlier generation. */
  name = ''
}
