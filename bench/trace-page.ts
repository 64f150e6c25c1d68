// The page of a large execution trace in a real Chromium: `npm run bench -- trace-page [SECONDS | FILE]`. A mixed load is captured for so many seconds
// (30 give about 10 million events on an idle machine with 2 cores), the built gotriage makes the page, Chromium opens it from disk. Measured: how
// soon the first part of the time line is drawn after the navigation began, when all is there, and the time between frames while panning
// (requestAnimationFrame of the page) and of each drawing (in the worker), at several zooms.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {launchBrowser} from '../src/base/testing/browser.ts'

const bars = {firstMs: 1000, frameMs: 33, share: 0.95, bytesPerEvent: 25}
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const given = process.argv[2] ?? '30'
const dir = mkdtempSync(join(tmpdir(), 'gotriage-trace-page-'))
let file = given
if (/^\d+$/.test(given)) {
  file = join(dir, 'bench.trace')
  const scenarios = join(dir, 'scenarios')
  execFileSync('go', ['build', '-o', scenarios, '.'], {cwd: at('fixtures/programs/trace-scenarios')})
  execFileSync(scenarios, ['-scenario', 'mixed', '-for', `${given}s`, '-o', file])
}
const html = join(dir, 'page.html')
const began = performance.now()
execFileSync(process.execPath, [at('bin/gotriage.js'), 'trace', 'summary', '--format', 'html', '-o', html, file])
const madeSeconds = (performance.now() - began) / 1000

const browser = await launchBrowser()
const page = await browser.newPage({viewport: {width: 1400, height: 900}})
await page.goto(`file://${html}`, {waitUntil: 'commit', timeout: 300_000})
await page.locator('html[data-first-ms]').waitFor({state: 'attached', timeout: 300_000})
await page.locator('html[data-time-line=ready]').waitFor({state: 'attached', timeout: 300_000})
const wholeMs = Math.round((await page.evaluate('performance.now()')) as number)
const firstMs = Number(await page.locator('html').getAttribute('data-first-ms'))
const status = await page.locator('#status').textContent()
const events = Number(/([\d]+) events/.exec((await page.locator('header').textContent()) ?? '')?.[1])
const slices = Number(/(\d+) slices/.exec(status ?? '')?.[1])

interface Panned {
  readonly between: readonly number[]
  readonly draws: readonly number[]
}
/** Pans for so many frames across the middle of the trace, showing `share` of it. */
const pan = (share: number, frames: number) =>
  page.evaluate(`new Promise(done => {
    const {whole, go, frames: drawn} = timeLine, length = (whole.until - whole.from) * ${share}
    const between = [], drawnBefore = Number(document.documentElement.dataset.frames)
    let last = performance.now(), n = 0
    function step() {
      const now = performance.now()
      if (n > 0) between.push(now - last)
      last = now
      const at = whole.from + (whole.until - whole.from - length) * (0.2 + 0.6 * n / ${frames})
      go(at, at + length)
      if (++n <= ${frames}) requestAnimationFrame(step)
      else setTimeout(() => done({between, draws: drawn.slice(-(Number(document.documentElement.dataset.frames) - drawnBefore))}), 500)
    }
    requestAnimationFrame(step)
  })`) as Promise<Panned>

const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0
console.log(
  `${(statSync(file).size / 1e6).toFixed(1)} MB of trace, ${events} events; page of ${(statSync(html).size / 1e6).toFixed(1)} MB made in ${madeSeconds.toFixed(1)} s; ${slices} slices, ${((25 * slices) / events).toFixed(1)} B an event; load average ${(execFileSync('uptime', {encoding: 'utf8'}).split('average: ')[1] ?? '').trim()}`,
)
console.log(`first part drawn ${firstMs} ms after the navigation began, all of it ${wholeMs} ms`)
console.log('| shown | frames | under 33 ms | p50, p95 between frames, ms | drawings | under 33 ms | p50, p95 of a drawing, ms |')
console.log('|---:|---:|---:|---:|---:|---:|---:|')
let missed = firstMs > bars.firstMs || (25 * slices) / events > bars.bytesPerEvent
for (const share of [1, 0.3, 0.03, 0.001]) {
  await pan(share, 30) // what is compiled on the way is not what is measured
  const {between, draws} = await pan(share, 150)
  const under = (values: readonly number[]) => values.filter(ms => ms < bars.frameMs).length / Math.max(1, values.length)
  if (under(between) < bars.share) missed = true
  const row = (values: readonly number[]) =>
    `${values.length} | ${(100 * under(values)).toFixed(0)} % | ${quantile(values, 0.5).toFixed(1)}, ${quantile(values, 0.95).toFixed(1)}`
  console.log(`| ${(100 * share).toFixed(1)} % | ${row(between)} | ${row(draws)} |`)
}
await browser.close()
rmSync(dir, {recursive: true, force: true})
if (missed) process.exitCode = 1
