// The page's worker: unpacks the columns, builds lanes and a zoom pyramid, draws the visible part. Its text goes into the page,
// so it refers to nothing outside itself.
/* oxlint-disable unicorn/require-post-message-target-origin, unicorn/prefer-add-event-listener -- a worker's own scope */

/** Runs inside a dedicated worker. Messages in: load, view, search, pick. Messages out: progress, ready, drawn, picked. */
export function pageWorker(): void {
  interface Scope {
    onmessage: ((event: {readonly data: Incoming}) => void) | null
    postMessage(message: unknown): void
    requestAnimationFrame?(run: () => void): number
  }
  interface Data {
    readonly slices: number
    readonly goroutineId: readonly string[]
    readonly goroutineGroup: readonly number[]
    readonly names: readonly string[]
    readonly reasons: readonly string[]
    readonly fromNs: number
    readonly untilNs: number
    readonly procs: readonly number[]
    readonly stops: readonly {readonly startNs: number; readonly totalNs: number; readonly kind: string}[]
    readonly marks: readonly {readonly startNs: number; readonly totalNs: number}[]
  }
  type Incoming =
    | {
        readonly kind: 'load'
        readonly canvas: OffscreenCanvas
        readonly data: Data
        readonly colors: Readonly<Record<string, string>>
      }
    | {
        readonly kind: 'view'
        readonly from: number
        readonly until: number
        readonly width: number
        readonly height: number
        readonly ratio: number
        readonly top: number
      }
    | {readonly kind: 'piece'; readonly base64: string; readonly slices: number}
    | {readonly kind: 'search'; readonly text: string}
    | {readonly kind: 'pick'; readonly x: number; readonly y: number}

  const scope = globalThis as unknown as Scope // the worker's global, whose types the page's configuration does not have
  const laneHeight = 18
  const headHeight = 26
  const labelWidth = 150
  const goroutineLanesMax = 400
  /** Buckets of the pyramid's base, three bytes each and lane: fewer where there are many lanes. */
  const baseBucketsMax = 1 << 17
  const baseBucketsMin = 1 << 15
  const fineLanesMax = 16

  let data: Data
  let colors: Readonly<Record<string, string>> = {}
  let canvas: OffscreenCanvas
  let pen: OffscreenCanvasRenderingContext2D
  let start = new Float64Array(0)
  let duration = new Float32Array(0)
  let wait = new Float32Array(0)
  let goroutine = new Uint32Array(0)
  let proc = new Uint16Array(0)
  let end = new Uint16Array(0)
  let syscall = new Uint8Array(0)
  let procLanes: {name: string; list: Uint32Array; levels: Uint8Array[]}[] = []
  let goOffsets = new Uint32Array(0)
  let goOrder = new Uint32Array(0)
  let ranking: number[] = []
  let shown: number[] = []
  let gcGroup = -1
  let view = {from: 0, until: 1, width: 100, height: 100, ratio: 1, top: 0}
  let waiting = false
  let loaded = 0
  let built = 0
  let query = ''
  let pieces: Promise<void> = Promise.resolve()

  async function unpack(base64: string, slices: number): Promise<ArrayBuffer> {
    const all = new Uint8Array(slices * 25)
    let done = 0
    const stream = new DecompressionStream('gzip')
    const writer = stream.writable.getWriter()
    const step = 4 * 65536
    const feed = (async () => {
      for (let at = 0; at < base64.length; at += step) {
        const piece = atob(base64.slice(at, at + step))
        const bytes = new Uint8Array(piece.length)
        for (let i = 0; i < piece.length; i++) bytes[i] = piece.charCodeAt(i)
        await writer.write(bytes)
      }
      await writer.close()
    })()
    const reader = stream.readable.getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      all.set(chunk.value, done)
      done += chunk.value.length
    }
    await feed
    return all.buffer
  }

  function prepare(): void {
    const n = data.slices
    start = new Float64Array(n)
    duration = new Float32Array(n)
    wait = new Float32Array(n)
    goroutine = new Uint32Array(n)
    proc = new Uint16Array(n)
    end = new Uint16Array(n)
    syscall = new Uint8Array(n)
  }

  /** Adds a piece to the columns. What is there is drawn after the first piece, whenever it has doubled, and at the end. */
  async function add(base64: string, n: number): Promise<void> {
    const buffer = await unpack(base64, n)
    let at = 0
    const from = (bytes: number) => {
      const begin = at
      at += bytes * n
      return begin
    }
    start.set(new Float64Array(buffer, from(8), n), loaded)
    duration.set(new Float32Array(buffer, from(4), n), loaded)
    wait.set(new Float32Array(buffer, from(4), n), loaded)
    goroutine.set(new Uint32Array(buffer, from(4), n), loaded)
    proc.set(new Uint16Array(buffer, from(2), n), loaded)
    end.set(new Uint16Array(buffer, from(2), n), loaded)
    syscall.set(new Uint8Array(buffer, from(1), n), loaded)
    loaded += n
    if (built > 0 && loaded < 2 * built && loaded < data.slices) scope.postMessage({kind: 'progress', loaded})
    else rebuild()
  }

  function rebuild(): void {
    build()
    built = loaded
    search(query)
    scope.postMessage({kind: 'ready', loaded, whole: loaded === data.slices})
    redraw()
  }

  const kindOf = (slice: number) => (syscall[slice] === 1 ? 2 : data.goroutineGroup[goroutine[slice]!] === gcGroup ? 1 : 0)
  const kindColors = () => [colors['running']!, colors['gc']!, colors['syscall']!]

  function build(): void {
    gcGroup = data.names.indexOf('runtime.gcBgMarkWorker')
    const counts = new Map<number, number>()
    for (let i = 0; i < loaded; i++) counts.set(proc[i]!, (counts.get(proc[i]!) ?? 0) + 1)
    const order = [...counts.keys()].sort((a, b) => a - b)
    const lists = new Map(order.map(p => [p, {list: new Uint32Array(counts.get(p)!), used: 0}]))
    for (let i = 0; i < loaded; i++) {
      const lane = lists.get(proc[i]!)!
      lane.list[lane.used++] = i
    }
    const baseBuckets = order.length <= fineLanesMax ? baseBucketsMax : baseBucketsMin
    procLanes = order.map(p => ({
      name: p === 0xffff ? 'no P' : `P${p}`,
      list: lists.get(p)!.list,
      levels: pyramid(lists.get(p)!.list, baseBuckets),
    }))
    const goroutines = data.goroutineId.length
    goOffsets = new Uint32Array(goroutines + 1)
    const busy = new Float64Array(goroutines)
    for (let i = 0; i < loaded; i++) {
      goOffsets[goroutine[i]! + 1]!++
      busy[goroutine[i]!]! += duration[i]!
    }
    for (let g = 0; g < goroutines; g++) goOffsets[g + 1]! += goOffsets[g]!
    const next = goOffsets.slice()
    goOrder = new Uint32Array(loaded)
    for (let i = 0; i < loaded; i++) goOrder[next[goroutine[i]!]!++] = i
    ranking = Array.from(busy.keys()).sort((a, b) => busy[b]! - busy[a]!)
  }

  /** Shares of each bucket by kind, 0 to 255, three bytes a bucket; every level halves the number of buckets. */
  function pyramid(list: Uint32Array, baseBuckets: number): Uint8Array[] {
    const width = (data.untilNs - data.fromNs) / baseBuckets || 1
    const sums = new Float64Array(baseBuckets * 3)
    for (const slice of list) {
      const kind = kindOf(slice)
      const until = start[slice]! + duration[slice]! - data.fromNs
      let at = Math.max(0, start[slice]! - data.fromNs)
      for (let b = Math.floor(at / width); at < until && b < baseBuckets; b++) {
        const stop = Math.min(until, (b + 1) * width)
        sums[b * 3 + kind]! += stop - at
        at = stop
      }
    }
    const levels = [Uint8Array.from(sums, sum => Math.min(255, Math.ceil((255 * sum) / width)))]
    for (let n = baseBuckets / 2; n >= 64; n /= 2) {
      const below = levels.at(-1)!
      levels.push(
        Uint8Array.from({length: n * 3}, (_, i) =>
          Math.ceil((below[Math.floor(i / 3) * 6 + (i % 3)]! + below[Math.floor(i / 3) * 6 + 3 + (i % 3)]!) / 2),
        ),
      )
    }
    return levels
  }

  /** First position in the list whose slice ends after `time`. */
  function firstAfter(list: Uint32Array, from: number, to: number, time: number): number {
    while (from < to) {
      const middle = (from + to) >>> 1
      const slice = list[middle]!
      if (start[slice]! + duration[slice]! <= time) from = middle + 1
      else to = middle
    }
    return from
  }

  const x = (time: number) => labelWidth + ((time - view.from) / (view.until - view.from)) * (view.width - labelWidth)

  function draw(): void {
    waiting = false
    const began = performance.now()
    const {width, height, ratio} = view
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.fillStyle = colors['back']!
    pen.fillRect(0, 0, width, height)
    pen.font = '11px system-ui, sans-serif'
    pen.textBaseline = 'middle'
    const lanes = procLanes.length + shown.length
    const first = Math.max(0, Math.floor(view.top / laneHeight))
    for (let lane = first; lane < lanes; lane++) {
      const y = headHeight + lane * laneHeight - view.top
      if (y > height) break
      if (lane < procLanes.length) procLane(lane, y)
      else goLane(shown[lane - procLanes.length]!, y)
    }
    overlay()
    scope.postMessage({kind: 'drawn', ms: performance.now() - began, lanes})
  }

  function label(text: string, y: number): void {
    pen.fillStyle = colors['back']!
    pen.fillRect(0, y, labelWidth - 2, laneHeight - 1)
    pen.fillStyle = colors['text']!
    pen.fillText(text, 4, y + laneHeight / 2, labelWidth - 8)
  }

  function procLane(lane: number, y: number): void {
    const {list, levels, name} = procLanes[lane]!
    const from = firstAfter(list, 0, list.length, view.from)
    const to = firstAfter(list, from, list.length, view.until)
    // Several slices a pixel: their shares, where the pyramid is fine enough for that.
    const pixelNs = (view.until - view.from) / (view.width - labelWidth)
    const baseNs = ((data.untilNs - data.fromNs) * 3) / levels[0]!.length
    if (to - from > 2 * view.width && baseNs <= 1.5 * pixelNs) coarse(levels, y)
    else fine(list, from, Math.min(list.length, to + 1), y)
    label(name, y)
  }

  function coarse(levels: readonly Uint8Array[], y: number): void {
    const pixelNs = (view.until - view.from) / (view.width - labelWidth)
    const wall = data.untilNs - data.fromNs
    let level = 0
    while (level + 1 < levels.length && wall / (levels[level + 1]!.length / 3) <= pixelNs) level++
    const shares = levels[level]!
    const buckets = shares.length / 3
    const width = wall / buckets
    const colorOf = kindColors()
    const firstBucket = Math.max(0, Math.floor((view.from - data.fromNs) / width))
    const scale = (laneHeight - 3) / 255
    for (let kind = 0; kind < 3; kind++) {
      pen.fillStyle = colorOf[kind]!
      for (let b = firstBucket; b < buckets; b++) {
        const share = shares[b * 3 + kind]!
        if (share * scale < 0.3) continue
        const left = x(data.fromNs + b * width)
        if (left > view.width) break
        let below = 0
        for (let under = 0; under < kind; under++) below += shares[b * 3 + under]!
        const right = Math.max(left + 1, x(data.fromNs + (b + 1) * width))
        pen.fillRect(left, y + laneHeight - 2 - (below + share) * scale, right - left, share * scale)
      }
    }
  }

  function fine(list: Uint32Array, from: number, to: number, y: number): void {
    const colorOf = kindColors()
    let drawnTo = -1
    let style = -1
    for (let i = from; i < to; i++) {
      const slice = list[i]!
      const left = Math.max(labelWidth, x(start[slice]!))
      const right = Math.max(left + 0.6, x(start[slice]! + duration[slice]!))
      if (right <= drawnTo) continue
      drawnTo = Math.ceil(left * 2) / 2
      const kind = kindOf(slice)
      if (kind !== style) pen.fillStyle = colorOf[(style = kind)]!
      pen.fillRect(left, y + 1, right - left, laneHeight - 3)
      if (right - left > 60) {
        style = -1
        pen.fillStyle = '#fff'
        pen.fillText(
          `${data.goroutineId[goroutine[slice]!]} ${data.names[data.goroutineGroup[goroutine[slice]!]!]}`,
          left + 3,
          y + laneHeight / 2,
          right - left - 6,
        )
      }
    }
  }

  /** A goroutine: what it runs, and between two slices what it waited for. Dense parts are looked at once a pixel. */
  function goLane(g: number, y: number): void {
    const [low, high] = [goOffsets[g]!, goOffsets[g + 1]!]
    const from = firstAfter(goOrder, low, high, view.from)
    const to = Math.min(high, firstAfter(goOrder, from, high, view.until) + 1)
    if (to - from > 2 * view.width) dense(low, from, to, y)
    else for (let i = from; i < to; i++) goSlice(goOrder[i]!, i > low ? goOrder[i - 1]! : -1, y)
    label(`${data.goroutineId[g]} ${data.names[data.goroutineGroup[g]!]}`, y)
  }

  const runnableFrom = (slice: number) => (Number.isNaN(wait[slice]) ? start[slice]! : start[slice]! - wait[slice]!)

  function goSlice(slice: number, before: number, y: number): void {
    const begin = start[slice]!
    if (before >= 0) {
      const ended = start[before]! + duration[before]!
      const blocked = (end[before]! & 3) === 2
      const woken = runnableFrom(slice)
      if (blocked) bar(Math.max(labelWidth, x(ended)), x(woken), y, colors['blocked']!, 6)
      bar(Math.max(labelWidth, x(blocked ? woken : ended)), x(begin), y, colors['runnable']!, 3)
    }
    bar(Math.max(labelWidth, x(begin)), Math.max(x(begin) + 0.6, x(begin + duration[slice]!)), y, kindColors()[kindOf(slice)]!, 1)
  }

  function dense(low: number, from: number, to: number, y: number): void {
    const pixelNs = (view.until - view.from) / (view.width - labelWidth)
    let begun = labelWidth
    let state = -1
    let i = from
    for (let px = labelWidth; px <= view.width; px++) {
      const time = view.from + (px - labelWidth) * pixelNs
      i = firstAfter(goOrder, i, to, time)
      const slice = i < to ? goOrder[i]! : -1
      const idle = slice < 0 || (i === low && start[slice]! > time) ? -1 : time < runnableFrom(slice) ? 3 : 4
      const now = slice >= 0 && start[slice]! <= time ? kindOf(slice) : idle
      if (now === state && px < view.width) continue
      if (state >= 0)
        bar(
          begun,
          px,
          y,
          state < 3 ? kindColors()[state]! : colors[state === 3 ? 'blocked' : 'runnable']!,
          state < 3 ? 1 : state === 3 ? 6 : 3,
        )
      begun = px
      state = now
    }
  }

  function bar(left: number, right: number, y: number, color: string, inset: number): void {
    if (right <= left || left > view.width) return
    pen.fillStyle = color
    pen.fillRect(left, y + inset, Math.min(right, view.width) - left, laneHeight - 2 - 2 * inset + 1)
  }

  function overlay(): void {
    pen.fillStyle = colors['back']!
    pen.fillRect(0, 0, view.width, headHeight - 1)
    pen.fillStyle = colors['mark']!
    for (const mark of data.marks) bar(Math.max(labelWidth, x(mark.startNs)), x(mark.startNs + mark.totalNs), 14, colors['mark']!, 4)
    pen.globalAlpha = 0.6
    pen.fillStyle = colors['stop']!
    for (const stop of data.stops) {
      const [left, right] = [x(stop.startNs), x(stop.startNs + stop.totalNs)]
      if (right >= labelWidth && left <= view.width) pen.fillRect(Math.max(labelWidth, left), 14, Math.max(1, right - left), view.height)
    }
    pen.globalAlpha = 1
    pen.fillStyle = colors['text']!
    const span = view.until - view.from
    const step = [1, 2, 5].map(n => n * 10 ** Math.floor(Math.log10(span / 6))).find(s => span / s < 9) ?? span / 5
    for (let t = Math.ceil(view.from / step) * step; t < view.until; t += step) pen.fillText(timeText(t, step), x(t), 7)
  }

  function timeText(time: number, step: number): string {
    if (step >= 1e9) return `${(time / 1e9).toFixed(0)} s`
    if (step >= 1e6) return `${(time / 1e6).toFixed(0)} ms`
    if (step >= 1e3) return `${(time / 1e3).toFixed(0)} µs`
    return `${time.toFixed(0)} ns`
  }

  function pick(px: number, py: number): void {
    const lane = Math.floor((py - headHeight + view.top) / laneHeight)
    const time = view.from + ((px - labelWidth) / (view.width - labelWidth)) * (view.until - view.from)
    let list: Uint32Array
    let [low, high] = [0, 0]
    if (lane >= 0 && lane < procLanes.length) {
      list = procLanes[lane]!.list
      high = list.length
    } else {
      const g = shown[lane - procLanes.length]
      if (g === undefined) return
      list = goOrder
      ;[low, high] = [goOffsets[g]!, goOffsets[g + 1]!]
    }
    const at = firstAfter(list, low, high, time)
    const slice = at < high ? list[at]! : undefined
    if (slice === undefined) return
    const g = goroutine[slice]!
    scope.postMessage({
      kind: 'picked',
      goroutine: data.goroutineId[g],
      group: data.names[data.goroutineGroup[g]!],
      proc: proc[slice],
      startNs: start[slice],
      durationNs: duration[slice],
      waitNs: Number.isNaN(wait[slice]) ? undefined : wait[slice],
      syscall: syscall[slice] === 1,
      end: ['', 'runnable again', `blocked: ${data.reasons[end[slice]! >> 2] ?? ''}`, 'ended'][end[slice]! & 3],
    })
  }

  function search(text: string): void {
    query = text
    const wanted = text.trim().toLowerCase()
    const hits = (g: number) => data.goroutineId[g] === wanted || data.names[data.goroutineGroup[g]!]!.toLowerCase().includes(wanted)
    shown = (wanted === '' ? ranking : ranking.filter(hits)).slice(0, goroutineLanesMax)
  }

  function redraw(): void {
    if (waiting || pen === undefined) return
    waiting = true
    if (scope.requestAnimationFrame !== undefined) scope.requestAnimationFrame(draw)
    else setTimeout(draw, 0)
  }

  scope.onmessage = ({data: message}) => {
    switch (message.kind) {
      case 'load':
        canvas = message.canvas
        data = message.data
        colors = message.colors
        pen = canvas.getContext('2d')!
        prepare()
        if (data.slices === 0) rebuild()
        return
      case 'piece':
        pieces = pieces.then(() => add(message.base64, message.slices))
        return
      case 'view':
        view = message
        if (built > 0) redraw()
        return
      case 'search':
        search(message.text)
        redraw()
        return
      case 'pick':
        pick(message.x, message.y)
    }
  }
}
