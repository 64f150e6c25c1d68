// The page's own script: views, keys, pointer, search, table. It goes into the page as text, so it refers to nothing outside itself; the tree and
// the painter are handed in.
import type {Painter, Pane} from './flame-painter.ts'
import type {FrameTree, FunctionWeights, LayOut} from './frame-tree.ts'

export interface FlameParts {
  readonly layOut: LayOut
  sandwichOf(whole: FrameTree, id: number, layOut: LayOut): {readonly callers: FrameTree; readonly callees: FrameTree}
  functionWeights(tree: FrameTree, names: number): FunctionWeights
  flamePainter(): Painter
  shortName(name: string): string
}

/** Runs in the page. */
export function flameClient({layOut, sandwichOf, functionWeights, flamePainter, shortName}: FlameParts): void {
  type View = 'icicle' | 'flame' | 'sandwich' | 'table'
  interface Data {
    readonly type: string
    readonly unit: string
    readonly names: readonly string[]
    readonly parent: readonly number[]
    readonly name: readonly number[]
    readonly self: readonly number[]
    readonly before?: readonly number[]
  }
  const views: readonly View[] = ['icicle', 'flame', 'sandwich', 'table']
  const tableRowsMax = 1000
  const animationMs = 140
  const byId = (id: string) => document.getElementById(id)! // ids of this very page
  const data = JSON.parse(byId('flame-data').textContent) as Data // written beside this script
  const canvas = byId('canvas') as HTMLCanvasElement // it is one
  const search = byId('search') as HTMLInputElement // it is one
  const [plot, tableBox, status, matched, help] = ['plot', 'table', 'status', 'matched', 'help'].map(byId) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ] // five ids, five elements
  const context = canvas.getContext('2d')!
  const painter = flamePainter()
  const compared = data.before !== undefined
  const whole = layOut(
    Int32Array.from(data.parent, (distance, row) => (row === 0 ? -1 : row - distance)),
    Int32Array.from(data.name),
    Float64Array.from(data.self),
    data.before && Float64Array.from(data.before),
  )
  const weights = functionWeights(whole, data.names.length)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const still = matchMedia('(prefers-reduced-motion: reduce)')

  // What is shown.
  let view: View = 'icicle'
  let panes: Pane[] = []
  let [active, selected, focus] = [0, 0, -1]
  let hits: Uint8Array | undefined
  let [width, height] = [0, 0]
  let sorting: 'flat' | 'cum' | 'change' | 'name' = compared ? 'change' : 'flat'

  // Words.
  const scales: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
    bytes: [
      [2 ** 40, 'TB'],
      [2 ** 30, 'GB'],
      [2 ** 20, 'MB'],
      [2 ** 10, 'kB'],
      [1, 'B'],
    ],
    nanoseconds: [
      [3.6e12, 'hrs'],
      [1e9, 's'],
      [1e6, 'ms'],
      [1e3, 'us'],
      [1, 'ns'],
    ],
  }
  function amount(value: number): string {
    const steps = scales[data.unit]
    if (steps === undefined) return value.toLocaleString('en') + (data.unit === '' || data.unit === 'count' ? '' : ` ${data.unit}`)
    const [size, unit] = steps.find(([least]) => Math.abs(value) >= least) ?? steps.at(-1)!
    return Number((value / size).toFixed(2)) + unit
  }
  const signed = (value: number) => (value >= 0 ? '+' : '−') + amount(Math.abs(value))
  const share = (value: number, of: number) => (of === 0 ? '0%' : `${((100 * value) / of).toFixed(2)}%`)
  const label = (tree: FrameTree, row: number) => (tree.name[row]! < 0 ? 'root' : data.names[tree.name[row]!]!)
  const shortNames: (string | undefined)[] = []
  function fitting(tree: FrameTree, row: number, letters: number): string {
    const name = label(tree, row)
    if (name.length <= letters) return name
    const short = (shortNames[tree.name[row]! + 1] ??= shortName(name))
    return short.length <= letters ? short : `${short.slice(0, Math.max(1, letters - 1))}…`
  }
  function words(tree: FrameTree, row: number): string {
    const [total, was] = [tree.total[row]!, tree.totalBefore?.[row] ?? 0]
    const own = row > 0 ? `, itself ${amount(tree.self[row]!)}` : ''
    const change = compared ? `; before ${amount(was)}, ${signed(total - was)}` : ''
    return `${label(tree, row)}: ${amount(total)} (${share(total, whole.total[0]!)})${own}${change}`
  }
  function say(text: string): void {
    if (status.textContent !== text) status.textContent = text
  }

  // Colours: one hue a package; in a comparison what grew is red and what shrank is blue.
  function hueOf(name: string): number {
    const dot = name.indexOf('.', name.lastIndexOf('/') + 1)
    let hash = 7
    for (let at = 0; at < (dot < 0 ? name.length : dot); at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0
    return Math.abs(hash) % 360
  }
  const hues = data.names.map(hueOf)
  function changeColor(was: number, is: number): string {
    const most = Math.max(Math.abs(was), Math.abs(is))
    const change = most === 0 ? 0 : (is - was) / most
    if (change === 0) return dark.matches ? '#555' : '#ddd'
    const light = Math.round(dark.matches ? 28 + 20 * Math.abs(change) : 92 - 34 * Math.abs(change))
    return `hsl(${change > 0 ? 8 : 210} 75% ${light}%)`
  }
  function fill(tree: FrameTree, row: number): string {
    const id = tree.name[row]!
    if (id < 0) return dark.matches ? '#444' : '#ccc'
    if (hits !== undefined && hits[id] === 0) return dark.matches ? '#333' : '#e4e4e4'
    if (tree.totalBefore !== undefined) return changeColor(tree.totalBefore[row]!, tree.total[row]!)
    return `hsl(${hues[id]} ${dark.matches ? '35% 38%' : '60% 78%'})`
  }

  // Drawing.
  let scheduled = false
  let arrive:
    | {readonly pane: Pane; readonly left: number; readonly span: number; readonly from: readonly [number, number, number]}
    | undefined
  function redraw(): void {
    if (scheduled) return
    scheduled = true
    requestAnimationFrame(now => {
      scheduled = false
      step(now)
      draw()
    })
  }
  /** Moves the view a part of its way. */
  function step(now: number): void {
    if (arrive === undefined) return
    const [left, span, began] = arrive.from
    const part = still.matches ? 1 : Math.min(1, Math.max(0, now - began) / animationMs)
    const eased = part * (2 - part)
    arrive.pane.left = part === 1 ? arrive.left : left + (arrive.left - left) * eased
    arrive.pane.span = part === 1 ? arrive.span : span + (arrive.span - span) * eased
    if (part === 1) arrive = undefined
    else redraw()
  }
  function draw(): void {
    const began = performance.now()
    const ratio = devicePixelRatio || 1
    width = plot.clientWidth
    height = Math.max(200, plot.clientHeight)
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    context.font = '12px system-ui, sans-serif'
    context.textBaseline = 'middle'
    placePanes()
    const ink = {text: dark.matches ? '#eee' : '#111', rest: dark.matches ? '#3a3a3a' : '#d0d0d0', fill, label: fitting}
    let drawn = 0
    for (const [index, pane] of panes.entries()) drawn += painter.draw(context, pane, width, index === active ? selected : -1, ink)
    const {dataset} = document.documentElement
    dataset['drawn'] = String(drawn)
    dataset['drawMs'] = String(performance.now() - began)
  }
  /** Callers stand on the upper half of a sandwich, callees hang from the lower. */
  function placePanes(): void {
    const [upper, lower] = panes
    if (upper === undefined) return
    const middle = lower === undefined ? height : Math.round(height / 2)
    upper.top = 0
    upper.bottom = middle
    if (lower === undefined) return
    lower.top = middle
    lower.bottom = height
  }

  // Acting.
  const paneOf = (tree: FrameTree, up: boolean): Pane => ({tree, up, left: 0, span: tree.width[0]!, scroll: 0, top: 0, bottom: 0})
  function show(next: View): void {
    view = next
    for (const name of views) byId(`view-${name}`).setAttribute('aria-pressed', String(name === view))
    tableBox.hidden = view !== 'table'
    plot.hidden = view === 'table'
    if (view === 'table') {
      fillTable()
      return
    }
    if (view === 'sandwich') {
      if (focus < 0) focus = heaviest()
      const two = sandwichOf(whole, focus, layOut)
      panes = [paneOf(two.callers, true), paneOf(two.callees, false)]
      active = 1
    } else {
      panes = [paneOf(whole, view === 'flame')]
      active = 0
    }
    select(active, view === 'sandwich' ? 1 : 0)
  }
  function heaviest(): number {
    let best = 0
    for (let id = 1; id < weights.cum.length; id++) if (weights.cum[id]! > weights.cum[best]!) best = id
    return best
  }
  function select(index: number, row: number): void {
    const pane = panes[index]
    if (pane === undefined || row >= pane.tree.size) return
    active = index
    selected = row
    say(words(pane.tree, row))
    reveal(pane, row)
    redraw()
  }
  /** Scrolls, and moves the view where the row lies outside of it. */
  function reveal(pane: Pane, row: number): void {
    placePanes()
    const {tree} = pane
    const room = pane.bottom - pane.top
    const y = tree.depth[row]! * painter.rowHeight
    if (y < pane.scroll) pane.scroll = y
    else if (room > 0 && y + painter.rowHeight > pane.scroll + room) pane.scroll = y + painter.rowHeight - room
    const [from, to] = [tree.start[row]!, tree.start[row]! + tree.width[row]!]
    const visible = Math.min(to, pane.left + pane.span) - Math.max(from, pane.left)
    if ((visible * width) / pane.span < 1) moveTo(pane, tree.parent[row] ?? 0)
  }
  function moveTo(pane: Pane, row: number): void {
    const {tree} = pane
    const wide = row > 0 && tree.width[row]! > 0 ? row : 0
    arrive = {pane, left: tree.start[wide]!, span: tree.width[wide]!, from: [pane.left, pane.span, performance.now()]}
    redraw()
  }
  function zoomTo(index: number, row: number): void {
    const pane = panes[index]
    if (pane === undefined) return
    select(index, row)
    moveTo(pane, row)
  }
  function sandwich(id: number): void {
    if (id < 0) return
    focus = id
    show('sandwich')
    canvas.focus()
  }

  // Search.
  let [found, foundAt]: [number[], number] = [[], -1]
  function find(text: string): void {
    const wanted = text.toLowerCase()
    hits = undefined
    found = []
    foundAt = -1
    let sum = 0
    if (wanted !== '') {
      hits = Uint8Array.from(data.names, name => (name.toLowerCase().includes(wanted) ? 1 : 0))
      const under = new Uint8Array(whole.size)
      for (let row = 1; row < whole.size; row++) {
        under[row] = under[whole.parent[row]!]!
        if (under[row] !== 0 || hits[whole.name[row]!] === 0) continue
        under[row] = 1
        sum += whole.total[row]!
        found.push(row)
      }
      found.sort((a, b) => whole.width[b]! - whole.width[a]!)
    }
    matched.textContent = hits === undefined ? '' : `${share(sum, whole.total[0]!)} under ${found.length} matching frames`
    if (view === 'table') fillTable()
    redraw()
  }
  function findNext(): void {
    if (found.length === 0) return
    foundAt = (foundAt + 1) % found.length
    if (view === 'sandwich' || view === 'table') show('icicle')
    select(0, found[foundAt]!)
  }

  // The table: the same as text.
  function fillTable(): void {
    const {flat, cum, flatBefore, cumBefore} = weights
    const change = (id: number) => cum[id]! - cumBefore[id]!
    const size = {
      flat: (id: number) => Math.abs(flat[id]!),
      cum: (id: number) => Math.abs(cum[id]!),
      change: (id: number) => Math.abs(change(id)),
    }
    const ids = data.names
      .map((_, id) => id)
      .filter(id => hits?.[id] !== 0 && [flat, cum, flatBefore, cumBefore].some(column => column[id] !== 0))
    const byName = (a: number, b: number) => (data.names[a]! < data.names[b]! ? -1 : 1)
    if (sorting === 'name') ids.sort(byName)
    else {
      const of = size[sorting]
      ids.sort((a, b) => of(b) - of(a) || byName(a, b))
    }
    const shown = ids.slice(0, tableRowsMax)
    const table = document.createElement('table')
    table.createCaption().textContent = `${shown.length} of ${ids.length} functions`
    const head = table.createTHead().insertRow()
    const columns = [['flat', 'Flat'], ['', 'Flat %'], ['cum', 'Cum'], ['', 'Cum %'], ...(compared ? [['change', 'Change']] : []), ['name', 'Function']] as const // prettier-ignore
    for (const [by, title] of columns) {
      const cell = document.createElement('th')
      cell.scope = 'col'
      cell.textContent = title!
      if (by === 'flat' || by === 'cum' || by === 'change' || by === 'name') {
        cell.ariaSort = sorting === by ? (by === 'name' ? 'ascending' : 'descending') : 'none'
        cell.replaceChildren(
          button(title!, 'Sort', () => {
            sorting = by
            fillTable()
            tableBox.querySelector<HTMLElement>('th[aria-sort$="scending"] button')?.focus()
          }),
        )
      }
      head.append(cell)
    }
    const body = table.createTBody()
    for (const id of shown) {
      const line = body.insertRow()
      const cells = [amount(flat[id]!), share(flat[id]!, whole.total[0]!), amount(cum[id]!), share(cum[id]!, whole.total[0]!)]
      if (compared) cells.push(signed(change(id)))
      for (const text of cells) line.insertCell().textContent = text
      line.insertCell().append(button(data.names[id]!, 'Callers and callees', () => sandwich(id)))
    }
    tableBox.replaceChildren(table)
  }
  function button(text: string, title: string, press: () => void): HTMLButtonElement {
    const made = document.createElement('button')
    made.type = 'button'
    made.textContent = text
    made.title = title
    made.addEventListener('click', press)
    return made
  }

  // Keys and pointer.
  function sibling(tree: FrameTree, row: number, by: number): number {
    if (row === 0) return row
    const up = tree.parent[row]!
    const at = tree.children.indexOf(row, tree.first[up]) + by
    return at >= tree.first[up]! && at < tree.first[up + 1]! ? tree.children[at]! : row
  }
  function moved(key: string, {tree, up}: Pane): number | undefined {
    const inward = tree.first[selected]! < tree.first[selected + 1]! ? tree.children[tree.first[selected]!]! : selected
    const outward = Math.max(0, tree.parent[selected]!)
    switch (key) {
      case 'ArrowUp':
        return up ? inward : outward
      case 'ArrowDown':
        return up ? outward : inward
      case 'ArrowLeft':
        return sibling(tree, selected, -1)
      case 'ArrowRight':
        return sibling(tree, selected, 1)
      case 'Home':
        return 0
      default:
        return undefined
    }
  }
  function onCanvasKey(event: KeyboardEvent): boolean {
    const pane = panes[active]
    if (pane === undefined) return false
    const next = moved(event.key, pane)
    if (next !== undefined) select(active, next)
    else if (event.key === 'Enter' || event.key === ' ') zoomTo(active, selected)
    else if (event.key === 's') sandwich(pane.tree.name[selected]!)
    else if (event.key === 'c' && panes.length > 1) select(1 - active, 1)
    else return false
    return true
  }
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const typing = event.target === search
    if (event.key === 'Escape') {
      if (typing) {
        search.value = ''
        find('')
        canvas.focus()
      } else zoomTo(active, 0)
    } else if (typing) {
      if (event.key !== 'Enter') return
      findNext()
    } else if (event.key === '/') search.focus()
    else if (event.key === 'n') findNext()
    else if (event.key === '?') help.hidden = !help.hidden
    else if (/^[1-4]$/.test(event.key)) show(views[Number(event.key) - 1]!)
    else if (event.target !== canvas || !onCanvasKey(event)) return
    event.preventDefault()
  }
  function under(event: MouseEvent): readonly [number, number] | undefined {
    for (const [index, pane] of panes.entries()) {
      const row = painter.rowAt(pane, width, event.offsetX, event.offsetY)
      if (row >= 0) return [index, row]
    }
    return undefined
  }
  function onWheel(event: WheelEvent): void {
    const pane = panes.find(each => event.offsetY >= each.top && event.offsetY < each.bottom)
    if (pane === undefined) return
    event.preventDefault()
    if (event.ctrlKey || event.metaKey) {
      const most = pane.tree.width[0]!
      const at = pane.left + (event.offsetX / width) * pane.span
      const span = Math.min(most, Math.max(most / 1e9, pane.span * 1.002 ** event.deltaY))
      pane.left = Math.min(most - span, Math.max(0, at - (event.offsetX / width) * span))
      pane.span = span
    } else {
      const deepest = Math.max(0, (pane.tree.deepest + 1) * painter.rowHeight - (pane.bottom - pane.top))
      pane.scroll = Math.min(deepest, Math.max(0, pane.scroll + (pane.up ? -event.deltaY : event.deltaY)))
      const room = pane.span
      pane.left = Math.min(pane.tree.width[0]! - room, Math.max(0, pane.left + (event.deltaX / width) * room))
    }
    redraw()
  }
  canvas.addEventListener('mousemove', event => {
    const at = under(event)
    const pane = panes[at?.[0] ?? active]
    if (pane !== undefined) say(words(pane.tree, at?.[1] ?? selected))
  })
  canvas.addEventListener('click', event => {
    const at = under(event)
    if (at !== undefined) zoomTo(...at)
    canvas.focus()
  })
  canvas.addEventListener('contextmenu', event => {
    const at = under(event)
    if (at === undefined || at[1] === 0) return
    event.preventDefault()
    sandwich(panes[at[0]]!.tree.name[at[1]]!)
  })
  canvas.addEventListener('wheel', onWheel, {passive: false})
  document.addEventListener('keydown', onKey)
  search.addEventListener('input', () => find(search.value))
  for (const name of views) byId(`view-${name}`).addEventListener('click', () => show(name))
  new ResizeObserver(redraw).observe(plot)
  dark.addEventListener('change', redraw)
  show('icicle')
  document.documentElement.dataset['frames'] = String(whole.size - 1)
}
