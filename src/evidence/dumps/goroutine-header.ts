// The line above a goroutine's stack. Grammar: runtime/traceback.go (goroutineheader), every version to 1.27; unknown parts are kept as flags.
export interface GoroutineHeader {
  readonly id: string
  /** `running`, `chan receive`, `chan receive (nil chan)`, `select (no cases)`, `IO wait`, … without flags. */
  readonly state: string
  /** Undefined when the runtime printed none: under a minute, or no garbage collection since. */
  readonly waitMinutes?: number
  readonly lockedToThread: boolean
  /** `scan`, `durable`, `leaked`, `synctest bubble 1`, and whatever a later Go adds. */
  readonly flags: readonly string[]
  readonly labels?: ReadonlyMap<string, string>
  /** `m=3`; undefined when not printed or nil. */
  readonly thread?: string
  /** `gp=0xc000112540`: where the goroutine's own record is, in the Go heap. */
  readonly record?: string
}

// Go 1.22 adds gp= m= mp= at GOTRACEBACK=system and in throws. A program's own output may stand before the header on its line.
const pattern = /goroutine (\d+)((?: (?:gp|m|mp)=\S+)*) \[(.*)\](?: (\{.*\}))?:$/

/** The header in a line; undefined when there is none. `[originating from goroutine 1]:` is none. */
export function parseGoroutineHeader(text: string): GoroutineHeader | undefined {
  if (!text.endsWith(':')) return undefined
  const m = pattern.exec(text)
  if (!m || text.startsWith('[originating from ')) return undefined
  let inside = m[3] ?? ''
  let labelText = m[4]
  // Go 1.26 prints ` labels:{…}` inside the brackets (GODEBUG=tracebacklabels=1), Go 1.27 ` {…}` behind them.
  const within = inside.indexOf(' labels:{')
  if (within >= 0) {
    labelText = inside.slice(within + ' labels:'.length)
    inside = inside.slice(0, within)
  }
  const parts = inside.split(', ')
  let state = parts.shift() ?? ''
  const flags: string[] = []
  for (let flag; (flag = /^(.*) \((scan|durable|leaked)\)$/.exec(state)); state = flag[1] ?? '') flags.unshift(flag[2] ?? '')
  let waitMinutes: number | undefined
  let lockedToThread = false
  for (const part of parts) {
    const minutes = /^(\d+) minutes?$/.exec(part)
    if (minutes) waitMinutes = Number(minutes[1])
    else if (part === 'locked to thread') lockedToThread = true
    else flags.push(part)
  }
  const thread = /(?:^| )m=(\d+)/.exec(m[2] ?? '')?.[1]
  const record = /(?:^| )gp=(0x[0-9a-f]+)/.exec(m[2] ?? '')?.[1]
  const labels = labelText === undefined ? undefined : parseLabels(labelText)
  return {
    id: m[1] ?? '',
    state,
    ...(waitMinutes === undefined ? {} : {waitMinutes}),
    lockedToThread,
    flags,
    ...(labels === undefined ? {} : {labels}),
    ...(thread === undefined ? {} : {thread}),
    ...(record === undefined ? {} : {record}),
  }
}

/** `{"key": "value", …}`, quoted as runtime/print_quoted.go does. */
function parseLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  for (const [, key = '', value = ''] of text.matchAll(/("(?:[^"\\]|\\.)*"|[^\s"{},:]+): ("(?:[^"\\]|\\.)*"|[^\s"{},]+)/g))
    labels.set(unquoted(key), unquoted(value))
  return labels
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gi, (_, x?: string, u?: string, wide?: string, one?: string) => {
      const code = x ?? u ?? wide
      if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff))
      return one === 'n' ? '\n' : one === 't' ? '\t' : one === 'r' ? '\r' : (one ?? '')
    })
}
