// The page's own script: turns wheel, drag, keys, links and the search box into views for the worker. Its text goes into the page,
// so it refers to nothing outside itself.
/* oxlint-disable unicorn/require-post-message-target-origin -- workers have no origin */

/** Runs in the page. `workerSource` is the worker's script. */
export function pageClient(workerSource: string): void {
  interface FromWorker {
    readonly kind: 'progress' | 'ready' | 'drawn' | 'picked'
    readonly [field: string]: string | number | boolean | undefined
  }
  const byId = (id: string) => document.getElementById(id)! // ids of this very page
  const data = JSON.parse(byId('time-line-data').textContent) as {fromNs: number; untilNs: number; wallNs: number; slices: number} // written beside this script
  const canvas = byId('canvas') as HTMLCanvasElement // it is one
  const status = byId('status')
  const detail = byId('detail')
  const labelWidth = 150
  const whole = {from: data.fromNs, until: Math.max(data.fromNs + 1, data.untilNs)}
  let {from, until} = whole
  let top = 0
  let lanes = 0
  const frames: number[] = []

  const style = getComputedStyle(document.documentElement)
  const colors: Record<string, string> = {}
  for (const name of ['running', 'gc', 'syscall', 'runnable', 'blocked', 'stop', 'mark'])
    colors[name] = style.getPropertyValue(`--${name}`).trim()
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  colors['back'] = dark ? '#1b1d20' : '#ffffff'
  colors['text'] = dark ? '#e6e6e6' : '#222222'

  const worker = new Worker(URL.createObjectURL(new Blob([workerSource], {type: 'text/javascript'})))
  const offscreen = canvas.transferControlToOffscreen()
  const ms = (ns: string | number | boolean | undefined) => `${(Number(ns) / 1e6).toFixed(3)} ms`

  worker.addEventListener('message', event => {
    const message = event.data as FromWorker // the worker's own messages
    switch (message.kind) {
      case 'progress':
        status.textContent = `${String(message['loaded'])} of ${data.slices} slices`
        return
      case 'ready':
        status.textContent = message['whole'] === true ? `${data.slices} slices` : `${String(message['loaded'])} of ${data.slices} slices`
        document.documentElement.dataset['timeLine'] = message['whole'] === true ? 'ready' : 'first'
        document.documentElement.dataset['firstMs'] ??= String(Math.round(performance.now()))
        return
      case 'drawn':
        lanes = Number(message['lanes'])
        frames.push(Number(message['ms']))
        if (frames.length > 1000) frames.shift()
        document.documentElement.dataset['frames'] = String(Number(document.documentElement.dataset['frames'] ?? 0) + 1)
        return
      case 'picked': {
        const wait = message['waitNs'] === undefined ? '' : `, after waiting ${ms(message['waitNs'])} for a P`
        const where = message['syscall'] === true ? 'in a syscall' : 'running'
        detail.textContent = `goroutine ${String(message['goroutine'])} (${String(message['group'])}) ${where} on P${String(message['proc'])} from ${ms(message['startNs'])} for ${ms(message['durationNs'])}${wait}; then ${message['end'] === '' ? 'on the same P' : String(message['end'])}`
      }
    }
  })

  function show(): void {
    const height = canvas.clientHeight
    top = Math.max(0, Math.min(top, lanes * 18 + 26 - height))
    worker.postMessage({kind: 'view', from, until, width: canvas.clientWidth, height, ratio: devicePixelRatio, top})
  }

  function go(newFrom: number, newUntil: number): void {
    const length = Math.min(Math.max(newUntil - newFrom, 100), whole.until - whole.from)
    from = Math.min(Math.max(newFrom, whole.from), whole.until - length)
    until = from + length
    show()
  }

  function zoom(factor: number, x: number): void {
    const share = Math.max(0, (x - labelWidth) / (canvas.clientWidth - labelWidth))
    const at = from + share * (until - from)
    go(at - (at - from) * factor, at + (until - at) * factor)
  }

  canvas.addEventListener(
    'wheel',
    event => {
      event.preventDefault()
      if (event.shiftKey) {
        top += event.deltaY + event.deltaX
        show()
      } else zoom(1.0015 ** event.deltaY, event.offsetX)
    },
    {passive: false},
  )
  let held: {x: number; y: number; from: number; top: number; moved: boolean} | undefined
  canvas.addEventListener('pointerdown', event => {
    canvas.setPointerCapture(event.pointerId)
    held = {x: event.offsetX, y: event.offsetY, from, top, moved: false}
  })
  canvas.addEventListener('pointermove', event => {
    if (held === undefined) return
    held.moved ||= Math.abs(event.offsetX - held.x) + Math.abs(event.offsetY - held.y) > 3
    const nsPerPixel = (until - from) / (canvas.clientWidth - labelWidth)
    top = held.top - (event.offsetY - held.y)
    const to = held.from - (event.offsetX - held.x) * nsPerPixel
    go(to, to + until - from)
  })
  canvas.addEventListener('pointerup', event => {
    if (held !== undefined && !held.moved) worker.postMessage({kind: 'pick', x: event.offsetX, y: event.offsetY})
    held = undefined
  })
  canvas.addEventListener('keydown', event => {
    const step = (until - from) / 8
    const middle = canvas.clientWidth / 2
    if (event.key === 'ArrowLeft' || event.key === 'a') go(from - step, until - step)
    else if (event.key === 'ArrowRight' || event.key === 'd') go(from + step, until + step)
    else if (event.key === '+' || event.key === 'w') zoom(0.7, middle)
    else if (event.key === '-' || event.key === 's') zoom(1.4, middle)
  })
  byId('whole').addEventListener('click', () => go(whole.from, whole.until))
  byId('search').addEventListener('input', event => {
    worker.postMessage({kind: 'search', text: (event.target as HTMLInputElement).value}) // the search box
    show()
  })
  document.addEventListener('click', event => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement | SVGElement>('[data-from]') : undefined
    if (target === undefined || target === null) return
    const [at, length] = [Number(target.dataset['from']), Number(target.dataset['length'])]
    go(at - length, at + 2 * length)
    byId('time-line').scrollIntoView()
  })
  addEventListener('resize', show)

  worker.postMessage({kind: 'load', canvas: offscreen, data, colors}, [offscreen])
  show()

  /** Hands over the pieces of the time line that the browser has read; an element with a neighbour is whole. */
  let given = 0
  function give(): void {
    for (const piece of document.querySelectorAll<HTMLScriptElement>('script.columns')) {
      if (piece.nextElementSibling === null && document.readyState === 'loading') break
      const slices = Number(piece.dataset['slices'])
      given += slices
      worker.postMessage({kind: 'piece', base64: piece.textContent, slices})
      piece.textContent = ''
      piece.className = ''
    }
    if (given < data.slices) setTimeout(give, 20)
  }
  give()
  Object.assign(globalThis, {timeLine: {go, frames, whole, view: () => ({from, until})}})
}
