// How smoothly the page of a profile moves at 300,000 frames: `npm run bench -- flame [FRAMES]`. In a real Chromium without a graphics card:
// milliseconds of drawing and between pictures while the view zooms, scrolls and searches.
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {launchBrowser} from '../src/base/testing/browser.ts'
import {flamePage} from '../src/report/flame/flame-html.ts'
import {largeFlame} from '../src/report/flame/testing/large-flame.ts'

const frames = Number(process.argv[2] ?? 300_000)
const pictures = 60
const dir = mkdtempSync(`${tmpdir()}/gotriage-flame-`)
const html = flamePage(largeFlame(frames, 7))
writeFileSync(`${dir}/page.html`, html)
const browser = await launchBrowser()
const page = await browser.newPage({viewport: {width: 1600, height: 1000}})
const began = performance.now()
await page.goto(`file://${dir}/page.html`)
await page.waitForFunction('document.documentElement.dataset.drawn !== undefined')
const ready = performance.now() - began

/** Runs `act` before each picture and gives sorted times, of drawing and from picture to picture. */
const moving = (act: string): Promise<{drawn: number[]; between: number[]; frames: number}> =>
  page.evaluate(`new Promise(done => {
    const canvas = document.getElementById('canvas'), root = document.documentElement, drawn = [], between = []
    let last, shown = 0
    const turn = now => {
      if (last !== undefined) { between.push(now - last); drawn.push(Number(root.dataset.drawMs)); shown = Math.max(shown, Number(root.dataset.drawn)) }
      last = now
      if (between.length === ${pictures}) return done({drawn: drawn.sort((a, b) => a - b), between: between.sort((a, b) => a - b), frames: shown})
      const index = between.length
      ;(${act})(canvas, index)
      requestAnimationFrame(turn)
    }
    requestAnimationFrame(turn)
  })`)
const wheel = (options: string) => `(canvas, index) => canvas.dispatchEvent(new WheelEvent('wheel', {${options}, cancelable: true}))`
const middle = 'offsetX: 800, clientX: 800, clientY: 400'
const acts: Readonly<Record<string, string>> = {
  'zoom with the wheel': wheel(`${middle}, ctrlKey: true, deltaY: index % 30 < 15 ? -60 : 60`),
  scroll: wheel(`${middle}, deltaY: index % 30 < 15 ? 36 : -36`),
  'walk with the arrow keys': `(canvas, index) => canvas.dispatchEvent(new KeyboardEvent('keydown', {key: index % 4 < 3 ? 'ArrowDown' : 'Enter', bubbles: true}))`,
  'type into the search': `(canvas, index) => { const box = document.getElementById('search'); box.value = 'method' + index; box.dispatchEvent(new Event('input')) }`,
}
const at = (sorted: readonly number[], share: number) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
console.log(`${frames} frames, page of ${(html.length / 1e6).toFixed(1)} MB, first picture after ${ready.toFixed(0)} ms`)
console.log('| while | frames drawn, most | drawing ms, p50 | p95 | between pictures ms, p50 | p95 |\n|---|---:|---:|---:|---:|---:|')
for (const [name, act] of Object.entries(acts)) {
  const {drawn, between, frames: shown} = await moving(act)
  console.log(`| ${name} | ${shown} | ${at(drawn, 0.5)} | ${at(drawn, 0.95)} | ${at(between, 0.5)} | ${at(between, 0.95)} |`)
}
await browser.close()
rmSync(dir, {recursive: true, force: true})
