import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {launchBrowser} from '../../base/testing/browser.ts'
import {checkout, describeNeeding} from '../../base/testing/needs.ts'
import {gotriage} from '../../cli/testing/command-line.ts'

describeNeeding('chromium', 'the page of a diagnosis', () => {
  let browser: Browser
  let page: Page
  const dir = mkdtempSync(`${tmpdir()}/gotriage-page-`)
  const problems: string[] = []
  const requests: string[] = []

  beforeAll(async () => {
    const {stdout} = await gotriage(['diagnose', '.', '--format', 'html'], {cwd: `${checkout}examples/incidents/map-growth-oom`})
    writeFileSync(`${dir}/report.html`, stdout)
    browser = await launchBrowser()
    page = await browser.newPage({viewport: {width: 1200, height: 900}})
    page.on('console', message => problems.push(message.text()))
    page.on('pageerror', error => problems.push(error.message))
    page.on('request', request => requests.push(request.url()))
    await page.goto(`file://${dir}/report.html`)
  })
  afterAll(async () => {
    await browser.close()
    rmSync(dir, {recursive: true, force: true})
  })

  test('loads nothing but itself and complains about nothing', () => {
    expect(requests).toHaveLength(1)
    expect(problems).toEqual([])
  })

  test('says the cause in its title and heading', async () => {
    expect(await page.title()).toMatch(/^Store\.byToken only grows/)
    expect(await page.locator('h1').innerText()).toMatch(/^Store\.byToken only grows/)
  })

  test('draws the live heap rising from the lower left to the upper right', async () => {
    const points = await page.locator('.chart polyline.live').getAttribute('points')
    const ys = (points ?? '').split(' ').map(point => Number(point.split(',')[1]))
    expect(ys.length).toBeGreaterThan(100)
    expect(ys.at(-1)!).toBeLessThan(ys[0]! - 100)
    const box = await page.locator('.chart').boundingBox()
    expect(box!.width).toBeGreaterThan(600)
  })

  test('marks the culprit in the flame graph, as the widest frame of its row', async () => {
    const culprit = page.locator('.flame .culprit rect').first()
    const [width, whole] = await Promise.all([culprit.boundingBox(), page.locator('.flame').boundingBox()])
    expect(width!.width / whole!.width).toBeGreaterThan(0.8)
    expect(await page.locator('.flame .culprit title').first().textContent()).toMatch(/session\.\(\*Store\)\.Login.*culprit/)
  })

  test('shows the source line of the insert, highlighted', async () => {
    expect(await page.locator('.source .hit').first().innerText()).toContain('s.byToken[token] = &Session{')
  })

  test('fits a phone without scrolling sideways', async () => {
    await page.setViewportSize({width: 390, height: 800})
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflow).toBeLessThanOrEqual(0)
  })
})
