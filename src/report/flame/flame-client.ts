// The program inside the page that draws the flame graph: plain JavaScript for any current browser, no library, no network.
// It keeps the tree in typed arrays and draws only what is wide enough to be seen, so that 300,000 frames stay smooth.

export const flameClient = String.raw`
'use strict'
function startFlame(host, data) {
  const rowHeight = 18, minWidth = 0.4, diff = data.before !== undefined
  const $ = name => host.querySelector('[data-flame="' + name + '"]')
  const canvas = $('canvas'), context = canvas.getContext('2d'), status = $('status'), search = $('search'), matched = $('matched')
  const tableBox = $('table'), plot = $('plot'), help = $('help')
  const count = data.parent.length

  // ---- trees -------------------------------------------------------------------------------------------------------------
  function treeOf(parent, name, self, before) {
    const n = parent.length
    const total = Float64Array.from(self), totalBefore = before ? Float64Array.from(before) : undefined
    const width = new Float64Array(n), depth = new Int32Array(n)
    for (let row = 0; row < n; row++) width[row] = Math.abs(self[row]) + (before ? Math.abs(before[row]) : 0)
    for (let row = n - 1; row > 0; row--) {
      total[parent[row]] += total[row]
      width[parent[row]] += width[row]
      if (before) totalBefore[parent[row]] += totalBefore[row]
    }
    const first = new Int32Array(n + 1), children = new Int32Array(Math.max(0, n - 1))
    for (let row = 1; row < n; row++) first[parent[row] + 1]++
    for (let row = 0; row < n; row++) first[row + 1] += first[row]
    const fill = first.slice()
    for (let row = 1; row < n; row++) children[fill[parent[row]]++] = row
    const start = new Float64Array(n)
    let deepest = 0
    for (let row = 0; row < n; row++) {
      if (row > 0) depth[row] = depth[parent[row]] + 1
      if (depth[row] > deepest) deepest = depth[row]
      const part = children.subarray(first[row], first[row + 1])
      if (part.length > 1) part.sort((a, b) => width[b] - width[a] || a - b)
      let at = start[row]
      for (const child of part) { start[child] = at; at += width[child] }
    }
    return {parent, name, self, before, total, totalBefore, width, depth, first, children, start, deepest, size: n}
  }
  const parents = new Int32Array(count)
  parents[0] = -1
  for (let row = 1; row < count; row++) parents[row] = row - data.parent[row]
  const whole = treeOf(parents, Int32Array.from(data.name), Float64Array.from(data.self), data.before && Float64Array.from(data.before))

  function trie() {
    const parent = [-1], name = [-1], self = [0], before = [0], known = new Map()
    return {
      child(row, id) {
        const key = row * 67108864 + id
        let found = known.get(key)
        if (found === undefined) { found = parent.length; known.set(key, found); parent.push(row); name.push(id); self.push(0); before.push(0) }
        return found
      },
      add(row, weight, was) { self[row] += weight; before[row] += was },
      tree() { return treeOf(Int32Array.from(parent), Int32Array.from(name), Float64Array.from(self), diff ? Float64Array.from(before) : undefined) },
    }
  }
  // Outermost frames of the function: what is called below them, and who calls them.
  function sandwich(id) {
    const callees = trie(), callers = trie(), place = new Int32Array(count).fill(-1)
    const top = callees.child(0, id), bottom = callers.child(0, id)
    for (let row = 1; row < count; row++) {
      const above = place[whole.parent[row]]
      if (above >= 0) place[row] = callees.child(above, whole.name[row])
      else if (whole.name[row] === id) {
        place[row] = top
        let at = bottom
        for (let up = whole.parent[row]; up > 0; up = whole.parent[up]) at = callers.child(at, whole.name[up])
        callers.add(at, whole.total[row], diff ? whole.totalBefore[row] : 0)
      }
      if (place[row] >= 0) callees.add(place[row], whole.self[row], diff ? whole.before[row] : 0)
    }
    return {callers: callers.tree(), callees: callees.tree()}
  }

  // ---- functions, for the table ------------------------------------------------------------------------------------------
  function functions() {
    const n = data.names.length
    const flat = new Float64Array(n), cum = new Float64Array(n), flatBefore = new Float64Array(n), cumBefore = new Float64Array(n)
    const onPath = new Int32Array(n)
    // A function that calls itself is counted once a path.
    const visit = [1]
    const walk = whole.first[0] < whole.first[1] ? [...whole.children.subarray(whole.first[0], whole.first[1])] : []
    visit.length = 0
    while (walk.length > 0) {
      const row = walk.pop()
      if (row < 0) { onPath[whole.name[~row]]--; continue }
      const id = whole.name[row]
      flat[id] += whole.self[row]
      if (diff) flatBefore[id] += whole.before[row]
      if (onPath[id]++ === 0) { cum[id] += whole.total[row]; if (diff) cumBefore[id] += whole.totalBefore[row] }
      walk.push(~row)
      for (let at = whole.first[row]; at < whole.first[row + 1]; at++) walk.push(whole.children[at])
    }
    return {flat, cum, flatBefore, cumBefore}
  }

  // ---- words -------------------------------------------------------------------------------------------------------------
  const scales = {
    bytes: [[1024 ** 4, 'TB'], [1024 ** 3, 'GB'], [1024 ** 2, 'MB'], [1024, 'kB'], [1, 'B']],
    nanoseconds: [[3.6e12, 'hrs'], [1e9, 's'], [1e6, 'ms'], [1e3, 'us'], [1, 'ns']],
  }
  function amount(value) {
    const steps = scales[data.unit]
    if (!steps) return value.toLocaleString('en') + (data.unit && data.unit !== 'count' ? ' ' + data.unit : '')
    const step = steps.find(s => Math.abs(value) >= s[0]) || steps[steps.length - 1]
    return Number((value / step[0]).toFixed(2)) + step[1]
  }
  const share = (value, of) => (of === 0 ? '0%' : ((100 * value) / of).toFixed(2) + '%')
  const label = (tree, row) => (row === 0 || tree.name[row] < 0 ? 'root' : data.names[tree.name[row]])
  function words(tree, row) {
    const total = tree.total[row], all = whole.total[0]
    let text = label(tree, row) + ': ' + amount(total) + ' (' + share(total, all) + ')'
    if (row > 0) text += ', itself ' + amount(tree.self[row])
    if (diff) {
      const change = total - tree.totalBefore[row]
      text += '; before ' + amount(tree.totalBefore[row]) + ', ' + (change >= 0 ? '+' : '−') + amount(Math.abs(change))
    }
    return text
  }

  // ---- state -------------------------------------------------------------------------------------------------------------
  const state = {view: 'icicle', zoom: 0, selected: 0, pane: 0, hover: undefined, find: undefined, focus: -1, scroll: 0}
  let panes = [], hits = new Uint8Array(data.names.length), scheduled = false, width = 0, height = 0
  const dark = matchMedia('(prefers-color-scheme: dark)')

  function makePanes() {
    if (state.view === 'sandwich') {
      if (state.focus < 0) state.focus = heaviest()
      const two = sandwich(state.focus)
      panes = [
        {tree: two.callers, up: true, zoom: two.callers.size > 1 ? 1 : 0},
        {tree: two.callees, up: false, zoom: two.callees.size > 1 ? 1 : 0},
      ]
      state.pane = 1
      state.selected = panes[1].zoom
    } else panes = [{tree: whole, up: state.view === 'flame', zoom: state.zoom}]
  }
  function heaviest() {
    const {cum} = functions()
    let best = 0
    for (let id = 1; id < cum.length; id++) if (cum[id] > cum[best]) best = id
    return best
  }

  // ---- drawing -----------------------------------------------------------------------------------------------------------
  function hue(text) {
    // The package decides the hue, so that one package has one colour.
    const slash = text.lastIndexOf('/'), dot = text.indexOf('.', slash + 1), pkg = dot < 0 ? text : text.slice(0, dot)
    let hash = 7
    for (let at = 0; at < pkg.length; at++) hash = (hash * 31 + pkg.charCodeAt(at)) | 0
    return Math.abs(hash) % 360
  }
  const colors = new Array(data.names.length)
  function color(tree, row) {
    if (row === 0 || tree.name[row] < 0) return dark.matches ? '#444' : '#ccc'
    const found = state.find === undefined || hits[tree.name[row]] === 1
    if (!found) return dark.matches ? '#333' : '#e4e4e4'
    if (diff) {
      const was = tree.totalBefore[row], is = tree.total[row], most = Math.max(Math.abs(was), Math.abs(is))
      const change = most === 0 ? 0 : (is - was) / most
      const light = Math.round(dark.matches ? 28 + 20 * Math.abs(change) : 92 - 34 * Math.abs(change))
      return change === 0 ? (dark.matches ? '#555' : '#ddd') : 'hsl(' + (change > 0 ? 8 : 210) + ' 75% ' + light + '%)'
    }
    const id = tree.name[row]
    if (colors[id] === undefined) colors[id] = hue(data.names[id])
    return 'hsl(' + colors[id] + (dark.matches ? ' 35% 38%)' : ' 60% 78%)')
  }
  function paneHeights() {
    if (panes.length === 1) return [[0, height]]
    const half = Math.round(height / 2)
    return [[0, half], [half, height]]
  }
  // Calls visit(row, x, y, w) for what can be seen: widest children first, so the first narrow one ends its siblings.
  function eachVisible(pane, top, bottom, visit) {
    const {tree} = pane, zoom = pane.zoom
    if (tree.width[zoom] === 0) return
    const perUnit = width / tree.width[zoom], left = tree.start[zoom]
    const place = level => (pane.up ? bottom - (level + 1) * rowHeight : top + level * rowHeight) + (pane.up ? state.scroll : -state.scroll)
    const ancestors = []
    for (let up = zoom; up > 0; ) { up = tree.parent[up]; ancestors.push(up) }
    ancestors.reverse().forEach((row, level) => visit(row, 0, place(level), width))
    const base = ancestors.length, walk = [zoom]
    while (walk.length > 0) {
      const row = walk.pop(), y = place(base + tree.depth[row] - tree.depth[zoom])
      visit(row, (tree.start[row] - left) * perUnit, y, tree.width[row] * perUnit)
      if (pane.up ? y < top - rowHeight : y > bottom) continue
      for (let at = tree.first[row]; at < tree.first[row + 1]; at++) {
        const child = tree.children[at]
        if (tree.width[child] * perUnit < minWidth) break
        walk.push(child)
      }
    }
  }
  function draw() {
    scheduled = false
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
    const ink = dark.matches ? '#eee' : '#111', heights = paneHeights()
    let drawn = 0
    panes.forEach((pane, index) => {
      const [top, bottom] = heights[index]
      context.save()
      context.beginPath()
      context.rect(0, top, width, bottom - top)
      context.clip()
      let chosen
      eachVisible(pane, top, bottom, (row, x, y, w) => {
        if (y + rowHeight < top || y > bottom) return
        drawn++
        context.fillStyle = color(pane.tree, row)
        context.fillRect(x, y, Math.max(w - 0.5, 0.3), rowHeight - 1)
        if (row === state.selected && index === state.pane) chosen = [x, y, w]
        if (w > 30) {
          context.fillStyle = ink
          const text = label(pane.tree, row), fits = Math.floor((w - 6) / 6.2)
          context.fillText(text.length > fits ? text.slice(0, Math.max(1, fits - 1)) + '…' : text, x + 3, y + rowHeight / 2)
        }
      })
      if (chosen) {
        context.strokeStyle = ink
        context.lineWidth = 2
        context.strokeRect(chosen[0] + 1, chosen[1] + 1, Math.max(chosen[2] - 3, 1), rowHeight - 3)
      }
      context.restore()
    })
    host.dataset.drawn = String(drawn)
  }
  function redraw() {
    if (!scheduled) { scheduled = true; requestAnimationFrame(draw) }
  }
  function rowAt(x, y) {
    const heights = paneHeights()
    for (let index = 0; index < panes.length; index++) {
      const [top, bottom] = heights[index]
      if (y < top || y >= bottom) continue
      let found
      eachVisible(panes[index], top, bottom, (row, left, at, w) => {
        if (x >= left && x < left + w && y >= at && y < at + rowHeight) found = {pane: index, row}
      })
      return found
    }
  }

  // ---- acting ------------------------------------------------------------------------------------------------------------
  const say = text => { if (status.textContent !== text) status.textContent = text }
  function select(pane, row) {
    state.pane = pane
    state.selected = row
    say(words(panes[pane].tree, row))
    redraw()
  }
  function zoomTo(pane, row) {
    panes[pane].zoom = row
    if (panes.length === 1) state.zoom = row
    state.scroll = 0
    select(pane, row)
  }
  function show(view) {
    state.view = view
    state.scroll = 0
    for (const button of host.querySelectorAll('[data-view]')) button.setAttribute('aria-pressed', String(button.dataset.view === view))
    tableBox.hidden = view !== 'table'
    plot.hidden = view === 'table'
    if (view === 'table') fillTable()
    else { makePanes(); select(panes.length === 1 ? 0 : 1, panes[panes.length - 1].zoom) }
  }
  function find(text) {
    let test
    if (text !== '') {
      const lower = text.toLowerCase()
      test = name => name.toLowerCase().includes(lower)
    }
    state.find = test
    hits = new Uint8Array(data.names.length)
    let sum = 0
    if (test) {
      data.names.forEach((name, id) => { if (test(name)) hits[id] = 1 })
      const under = new Uint8Array(count)
      for (let row = 1; row < count; row++) {
        under[row] = under[whole.parent[row]]
        if (under[row] === 0 && hits[whole.name[row]] === 1) { under[row] = 1; sum += whole.total[row] }
      }
    }
    matched.textContent = test ? share(sum, whole.total[0]) + ' under matching frames' : ''
    if (state.view === 'table') fillTable()
    redraw()
  }
  let sorting = diff ? 'change' : 'flat'
  function fillTable() {
    const rows = functions(), all = whole.total[0]
    const change = id => rows.cum[id] - rows.cumBefore[id]
    const key = {flat: id => -Math.abs(rows.flat[id]), cum: id => -Math.abs(rows.cum[id]), change: id => -Math.abs(change(id)), name: id => data.names[id]}[sorting]
    let ids = data.names.map((_, id) => id).filter(id => (rows.flat[id] !== 0 || rows.cum[id] !== 0 || rows.cumBefore[id] !== 0) && (!state.find || hits[id]))
    ids.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b))
    const shown = ids.slice(0, 1000)
    const head = [['flat', 'Flat'], ['flat', 'Flat %'], ['cum', 'Cum'], ['cum', 'Cum %'], ...(diff ? [['change', 'Change']] : []), ['name', 'Function']]
    const table = document.createElement('table'), caption = table.createCaption()
    caption.textContent = shown.length + ' of ' + ids.length + ' functions'
    const header = table.createTHead().insertRow()
    for (const [by, text] of head) {
      const cell = document.createElement('th'), button = document.createElement('button')
      cell.scope = 'col'
      cell.setAttribute('aria-sort', sorting === by ? (by === 'name' ? 'ascending' : 'descending') : 'none')
      button.textContent = text
      button.onclick = () => { sorting = by; fillTable() }
      cell.append(button)
      header.append(cell)
    }
    const body = table.createTBody()
    for (const id of shown) {
      const line = body.insertRow()
      const cells = [amount(rows.flat[id]), share(rows.flat[id], all), amount(rows.cum[id]), share(rows.cum[id], all)]
      if (diff) cells.push((change(id) >= 0 ? '+' : '−') + amount(Math.abs(change(id))))
      for (const text of cells) line.insertCell().textContent = text
      const button = document.createElement('button')
      button.textContent = data.names[id]
      button.title = 'Callers and callees'
      button.onclick = () => { state.focus = id; show('sandwich'); canvas.focus() }
      line.insertCell().append(button)
    }
    tableBox.replaceChildren(table)
  }
  function sibling(tree, row, step) {
    if (row === 0) return row
    const above = tree.parent[row], from = tree.first[above], to = tree.first[above + 1]
    for (let at = from; at < to; at++) if (tree.children[at] === row) return tree.children[Math.min(to - 1, Math.max(from, at + step))]
    return row
  }
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const views = ['icicle', 'flame', 'sandwich', 'table']
    if (event.target !== search) {
      if (event.key === '/') { search.focus(); event.preventDefault(); return }
      if ('1234'.includes(event.key) && event.key !== '') { show(views[Number(event.key) - 1]); event.preventDefault(); return }
      if (event.key === '?') { help.hidden = !help.hidden; return }
    }
    if (event.key === 'Escape') {
      if (event.target === search) { search.value = ''; find(''); canvas.focus() } else if (panes.length > 0) zoomTo(state.pane, panes.length > 1 ? 1 : 0)
      return
    }
    if (event.target !== canvas || panes.length === 0) return
    const pane = panes[state.pane], {tree} = pane, row = state.selected
    const inward = pane.up ? 'ArrowUp' : 'ArrowDown', outward = pane.up ? 'ArrowDown' : 'ArrowUp'
    let next
    if (event.key === inward) next = tree.first[row] < tree.first[row + 1] ? tree.children[tree.first[row]] : row
    else if (event.key === outward) next = row > 0 ? tree.parent[row] : row
    else if (event.key === 'ArrowLeft') next = sibling(tree, row, -1)
    else if (event.key === 'ArrowRight') next = sibling(tree, row, 1)
    else if (event.key === 'Home') next = 0
    else if (event.key === 'Enter' || event.key === ' ') { zoomTo(state.pane, row); event.preventDefault(); return }
    else if (event.key === 's' && tree.name[row] >= 0) { state.focus = tree.name[row]; show('sandwich'); return }
    else return
    event.preventDefault()
    select(state.pane, next)
  }
  canvas.addEventListener('mousemove', event => {
    const at = rowAt(event.offsetX, event.offsetY)
    say(at ? words(panes[at.pane].tree, at.row) : panes.length > 0 ? words(panes[state.pane].tree, state.selected) : '')
    canvas.style.cursor = at ? 'pointer' : 'default'
  })
  canvas.addEventListener('click', event => {
    const at = rowAt(event.offsetX, event.offsetY)
    if (at) zoomTo(at.pane, at.row)
    canvas.focus()
  })
  canvas.addEventListener('dblclick', event => {
    const at = rowAt(event.offsetX, event.offsetY)
    if (at && panes[at.pane].tree.name[at.row] >= 0) { state.focus = panes[at.pane].tree.name[at.row]; show('sandwich') }
  })
  canvas.addEventListener('wheel', event => {
    const deepest = panes.reduce((most, pane) => Math.max(most, pane.tree.deepest), 0) * rowHeight
    const before = state.scroll
    state.scroll = Math.min(Math.max(0, deepest - rowHeight), Math.max(0, state.scroll + (panes[0] && panes[0].up ? -event.deltaY : event.deltaY)))
    if (state.scroll !== before) { event.preventDefault(); redraw() }
  }, {passive: false})
  host.addEventListener('keydown', key)
  search.addEventListener('input', () => find(search.value))
  for (const button of host.querySelectorAll('[data-view]')) button.addEventListener('click', () => show(button.dataset.view))
  new ResizeObserver(redraw).observe(plot)
  dark.addEventListener('change', redraw)
  show('icicle')
}
`
