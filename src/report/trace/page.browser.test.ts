import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {launchBrowser} from '../../base/testing/browser.ts'
import {checkout, describeNeeding} from '../../base/testing/needs.ts'
import {gotriage} from '../../cli/testing/command-line.ts'

describeNeeding('chromium', 'the page of an execution trace', () => {
  let browser: Browser
  let page: Page
  const dir = mkdtempSync(`${tmpdir()}/gotriage-trace-page-`)
  const [problems, requests]: [string[], string[]] = [[], []]

  async function open(...words: string[]): Promise<Page> {
    const {files, exit} = await gotriage(['trace', 'summary', '--format', 'html', '-o', 'out.html', ...words], {
      cwd: `${checkout}fixtures/traces`,
    })
    expect(exit).toBe(0)
    writeFileSync(`${dir}/page.html`, files.get('out.html')!)
    const opened = await browser.newPage({viewport: {width: 1200, height: 900}})
    opened.on('console', message => problems.push(message.text()))
    opened.on('pageerror', error => problems.push(error.message))
    opened.on('request', request => requests.push(request.url()))
    await opened.goto(`file://${dir}/page.html`)
    await opened.locator('html[data-time-line=ready]').waitFor({state: 'attached'})
    await drawn(opened)
    return opened
  }
  /** What was asked for is drawn: the worker has answered, and the page has shown it. */
  const drawn = (of: Page) =>
    of.evaluate('new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 250))')
  const view = (of: Page) => of.evaluate('timeLine.view()') as Promise<{from: number; until: number}>
  /** Pixels of one colour in a row of the time line. */
  const pixels = (of: Page, y: number, color: string) =>
    of.evaluate(`(() => {
      const shown = document.getElementById('canvas'), copy = document.createElement('canvas')
      copy.width = shown.width; copy.height = shown.height
      const pen = copy.getContext('2d')
      pen.drawImage(shown, 0, 0)
      const probe = document.createElement('canvas').getContext('2d')
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--${color}')
      probe.fillRect(0, 0, 1, 1)
      const want = probe.getImageData(0, 0, 1, 1).data, row = pen.getImageData(150, ${y}, copy.width - 150, 1).data
      let count = 0
      for (let i = 0; i < row.length; i += 4) if (row[i] === want[0] && row[i + 1] === want[1] && row[i + 2] === want[2]) count++
      return count
    })()`) as Promise<number>

  beforeAll(async () => {
    browser = await launchBrowser()
    page = await open('hog.trace')
  })
  afterAll(async () => {
    await browser.close()
    rmSync(dir, {recursive: true, force: true})
    expect(problems).toEqual([])
    expect(requests.filter(url => !/^(?:file|blob):/.test(url))).toEqual([])
  })

  test('forbids every script and style but its own, by their hashes', async () => {
    const policy = await page.locator('meta[http-equiv]').getAttribute('content')
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; worker-src blob:;/)
    expect(await page.locator('[style]').count()).toBe(0)
  })

  test('draws two busy Ps as two rows that are nearly full', async () => {
    const wide = (await page.evaluate(`document.getElementById('canvas').width - 150`)) as number
    for (const y of [26 + 9, 26 + 18 + 9])
      expect((await pixels(page, y, 'running')) + (await pixels(page, y, 'gc'))).toBeGreaterThan(0.6 * wide)
  })

  test('names what is clicked', async () => {
    const {x, y} = (await page.locator('#canvas').boundingBox())!
    await page.mouse.click(x + 600, y + 26 + 9)
    await page.locator('#detail:not(:empty)').waitFor()
    expect(await page.locator('#detail').textContent()).toMatch(
      /^goroutine \d+ \(.+\) (running|in a syscall) on P0 from [\d.]+ ms for [\d.]+ ms/,
    )
  })

  test('zooms with the wheel about the pointer, pans with drag and keys, and goes back to the whole', async () => {
    const whole = await view(page)
    const {x, y} = (await page.locator('#canvas').boundingBox())!
    await page.mouse.move(x + 600, y + 100)
    await page.mouse.wheel(0, -600)
    const near = await view(page)
    expect(near.until - near.from).toBeLessThan(0.6 * (whole.until - whole.from))
    await page.mouse.down()
    await page.mouse.move(x + 500, y + 100, {steps: 4})
    await page.mouse.up()
    const panned = await view(page)
    expect(panned.from).toBeGreaterThan(near.from)
    expect(panned.until - panned.from).toBeCloseTo(near.until - near.from, -2)
    await page.locator('#canvas').focus()
    await page.keyboard.press('ArrowLeft')
    expect((await view(page)).from).toBeLessThan(panned.from)
    await page.locator('#whole').click()
    expect(await view(page)).toEqual(whole)
  })

  test('search keeps the goroutines that match', async () => {
    const row = 26 + 3 * 18 + 9 // the second goroutine below two Ps
    expect(
      (await pixels(page, row, 'running')) + (await pixels(page, row, 'runnable')) + (await pixels(page, row, 'blocked')),
    ).toBeGreaterThan(50)
    await page.locator('#search').fill('no such function')
    await drawn(page)
    for (const color of ['running', 'runnable', 'blocked']) expect(await pixels(page, row, color)).toBe(0)
    await page.locator('#search').fill('main.')
    await drawn(page)
    expect(await pixels(page, row, 'running')).toBeGreaterThan(0)
    await page.locator('#search').fill('')
    await drawn(page)
  })

  test('tables and the heat map lead to their place in the time line', async () => {
    const wait = page.locator('section', {hasText: 'Longest waits'}).locator('a').first()
    const [from, length] = [Number(await wait.getAttribute('data-from')), Number(await wait.getAttribute('data-length'))]
    await wait.click()
    const near = await view(page)
    const whole = (await page.evaluate('timeLine.whole.until')) as number
    const span = Math.min(3 * length, whole)
    const begin = Math.min(Math.max(0, from - length), whole - span)
    expect([near.from, near.until]).toEqual([begin, begin + span])
    await page.locator('.heat rect').nth(30).click()
    const cell = await view(page)
    expect(cell.until - cell.from).toBeLessThan(near.until - near.from)
    await page.locator('#whole').click()
  })

  test('holds the window that was asked for', async () => {
    const part = await open('--from', '10', '--until', '20', 'stw.trace')
    const {from, until} = await view(part)
    expect([from, until]).toEqual([10e6, 20e6])
    expect(await pixels(part, 26 + 9, 'running')).toBeGreaterThan(20)
  })

  test('shows every capture without a complaint', async () => {
    for (const name of ['cgo', 'gc', 'idle', 'leak', 'locked', 'tasks']) {
      const opened = await open(`${name}.trace`)
      expect(await opened.locator('section').count(), name).toBeGreaterThan(8)
      await opened.close()
    }
  })
})
