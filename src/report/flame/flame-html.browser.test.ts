import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import type {Browser, Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {launchBrowser} from '../../base/testing/browser.ts'
import {checkout, describeNeeding} from '../../base/testing/needs.ts'
import {gotriage} from '../../cli/testing/command-line.ts'
import {largeFlame} from './testing/large-flame.ts'
import {flamePage} from './flame-html.ts'

const profiles = `${checkout}fixtures/profiles`

describeNeeding('chromium', 'the page of a profile', () => {
  let browser: Browser
  const dir = mkdtempSync(`${tmpdir()}/gotriage-flame-`)
  const [problems, requests]: [string[], string[]] = [[], []]

  async function open(html: string): Promise<Page> {
    writeFileSync(`${dir}/page.html`, html)
    const page = await browser.newPage({viewport: {width: 1200, height: 800}})
    page.on('console', message => {
      // This test reads pixels; the page does not.
      if (!message.text().startsWith('Canvas2D: Multiple readback')) problems.push(message.text())
    })
    page.on('pageerror', error => problems.push(error.message))
    page.on('request', request => requests.push(request.url()))
    await page.goto(`file://${dir}/page.html`)
    await settled(page)
    return page
  }
  const settled = (page: Page) => page.waitForFunction('document.documentElement.dataset.drawn !== undefined')
  const status = (page: Page) => page.locator('#status').textContent()
  /** Two frames of the browser: what was asked for is drawn. */
  const drawn = (page: Page) =>
    page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200))))')
  const colorAt = (page: Page, x: number, y: number): Promise<number[]> =>
    page.evaluate(`Array.from(document.getElementById('canvas').getContext('2d').getImageData(${x}, ${y}, 1, 1).data)`)
  const pageOf = async (...words: string[]) => {
    const {files, exit, stderr} = await gotriage(['profile', ...words, '--format', 'html', '-o', 'out.html'], {cwd: profiles})
    expect([exit, stderr]).toEqual([0, ['Generating report in out.html']])
    return files.get('out.html')!
  }

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser.close()
    rmSync(dir, {recursive: true, force: true})
    expect(problems).toEqual([])
    expect(requests.filter(url => !url.startsWith('file://'))).toEqual([])
  })

  describe('of a CPU profile', () => {
    let page: Page
    beforeAll(async () => {
      page = await open(await pageOf('cpu.pb.gz'))
    })

    test('says on keys what top says of the same functions', async () => {
      await page.locator('#canvas').focus()
      expect(await status(page)).toBe('root: 610ms (100.00%)')
      await page.keyboard.press('ArrowDown')
      expect(await status(page)).toBe('runtime.main: 600ms (98.36%), itself 0ns')
      for (let down = 0; down < 4; down++) await page.keyboard.press('ArrowDown')
      expect(await status(page)).toBe('main.hash: 600ms (98.36%), itself 0ns')
    })

    test('zooms with Enter and out with Escape', async () => {
      const wide = () => colorAt(page, 1195, 5 * 18 + 8)
      const before = await wide()
      await page.keyboard.press('Enter')
      await drawn(page)
      expect(await wide()).not.toEqual(before)
      await page.keyboard.press('Escape')
      await drawn(page)
      expect(await wide()).toEqual(before)
    })

    test('says what the pointer is on', async () => {
      await page.mouse.move(600, (await page.locator('#canvas').boundingBox())!.y + 2 * 18 + 9)
      expect(await status(page)).toMatch(/^main\.main: 600ms/)
    })

    test('turns over: the flame has its root at the bottom', async () => {
      await page.keyboard.press('2')
      await drawn(page)
      const {y, height} = (await page.locator('#canvas').boundingBox())!
      await page.mouse.move(600, y + height - 5)
      expect(await status(page)).toMatch(/^root: 610ms/)
    })

    test('searches: the share under matching frames, others grey, n goes to the next', async () => {
      await page.keyboard.press('1')
      await page.keyboard.press('/')
      await page.keyboard.type('SHA256.block')
      expect(await page.locator('#matched').textContent()).toBe('96.72% under 1 matching frames')
      await page.keyboard.press('Enter')
      expect(await status(page)).toMatch(/^crypto\/internal\/fips140\/sha256\.block: 590ms/)
      await drawn(page)
      const [r, g, b] = await colorAt(page, 3, 18 + 2)
      expect([r, g]).toEqual([g, b])
      await page.keyboard.press('Escape')
      expect(await page.locator('#matched').textContent()).toBe('')
    })

    test('makes a sandwich of callers and callees', async () => {
      await page.getByRole('button', {name: 'Table'}).click()
      await page.getByRole('button', {name: 'main.hash', exact: true}).click()
      expect(await status(page)).toBe('main.hash: 600ms (98.36%), itself 0ns')
      await page.keyboard.press('ArrowDown')
      expect(await status(page)).toMatch(/^crypto\/sha256\.Sum256: 600ms/)
      await page.keyboard.press('c')
      await page.keyboard.press('ArrowUp')
      expect(await status(page)).toMatch(/^main\.main\.func1: 600ms/)
    })

    test('has the same numbers in a table that screen readers can walk', async () => {
      await page.keyboard.press('4')
      expect(await page.locator('#table caption').textContent()).toMatch(/^\d+ of \d+ functions$/)
      const row = page.getByRole('row', {name: /crypto\/internal\/fips140\/sha256\.blockSHANI/})
      expect((await row.getByRole('cell').allTextContents()).slice(0, 4)).toEqual(['590ms', '96.72%', '590ms', '96.72%'])
      await page.getByRole('button', {name: 'Cum', exact: true}).click()
      expect(await page.locator('th[aria-sort=descending]').textContent()).toBe('Cum')
      expect(await page.getByRole('application').count()).toBe(0)
      await page.keyboard.press('1')
      expect(await page.getByRole('application').getAttribute('aria-label')).toContain('Flame graph of profiles')
    })
  })

  test('names both files of a comparison, without their folders', async () => {
    const {files} = await gotriage(['profile', 'diff', `${profiles}/heap-before.pb.gz`, 'heap.pb.gz', '--format', 'html', '-o', 'o.html'], {
      cwd: profiles,
    })
    const page = await open(files.get('o.html')!)
    expect(await page.locator('h1').textContent()).toBe('profiles: heap-before.pb.gz → heap.pb.gz')
    await page.close()
  })

  test('says in a narrow frame the end of its name, not the start of its path', async () => {
    const name = (end: string) => `example.com/a/path/of/many/folders/that/all/share/${end}`
    const tree = {parent: [-1, 0, 0], name: [-1, 0, 1], self: [0, 1, 1]}
    const written = (names: string[]) => open(flamePage({title: 't', type: 'cpu', unit: 'count', names, ...tree}))
    const texts = async (page: Page) => {
      const spied = `new Promise(done => {
        const seen = [], write = CanvasRenderingContext2D.prototype.fillText
        CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { seen.push(text); return write.call(this, text, ...rest) }
        document.getElementById('view-flame').click()
        setTimeout(() => done(seen), 500)
      })`
      await page.setViewportSize({width: 420, height: 600})
      return new Set(await page.evaluate<string[]>(spied))
    }
    const page = await written([name('server.Handle'), name('store.(*Table).Read')])
    expect(await texts(page)).toEqual(new Set(['root', 'server.Handle', 'store.(*Table).Read']))
    await page.close()
  })

  test('compares: what grew is red and says by how much', async () => {
    const page = await open(await pageOf('diff', 'heap-before.pb.gz', 'heap.pb.gz'))
    await page.locator('#canvas').focus()
    for (let down = 0; down < 3; down++) await page.keyboard.press('ArrowDown')
    expect(await status(page)).toMatch(/^main\.keep: 24\.47MB \(.*; before 14\.36MB, \+10\.11MB$/)
    const [r, g, b] = await colorAt(page, 600, 3 * 18 + 2)
    expect(r).toBeGreaterThan(Math.max(g!, b!) + 20)
  })

  test('shows what shrank in blue, and the change in a column of the table', async () => {
    const page = await open(await pageOf('diff', 'heap.pb.gz', 'heap-before.pb.gz'))
    const [r, g, b] = await colorAt(page, 600, 3 * 18 + 2)
    expect(b).toBeGreaterThan(r! + 20)
    expect(b).toBeGreaterThan(g!)
    await page.keyboard.press('4')
    const row = page.getByRole('row', {name: /main\.keep/})
    expect((await row.getByRole('cell').allTextContents()).slice(0, 5)).toEqual(['14.36MB', '100.00%', '14.36MB', '100.00%', '−10.11MB'])
  })

  test('says by roles and names what a screen reader needs', async () => {
    const page = await open(await pageOf('heap.pb.gz'))
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.getByRole('group', {name: 'View'}).getByRole('button').allTextContents()).toEqual([
      'Icicle',
      'Flame',
      'Sandwich',
      'Table',
    ])
    expect(await page.getByRole('button', {pressed: true}).allTextContents()).toEqual(['Icicle'])
    expect(await page.getByRole('searchbox', {name: 'Search'}).count()).toBe(1)
    const live = page.locator('#status')
    expect([await live.getAttribute('role'), await live.getAttribute('aria-live')]).toEqual(['status', 'polite'])
    const graph = page.getByRole('application')
    expect(await graph.getAttribute('tabindex')).toBe('0')
    const described = await graph.getAttribute('aria-describedby')
    expect(await page.locator(`#${described}`).textContent()).toContain('arrows move, Enter zooms')
    // Every control is reached with Tab alone, in the order of the page, and the graph last.
    const reached: (string | null)[] = []
    for (let stop = 0; stop < 6; stop++) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate('document.activeElement.id'))
    }
    expect(reached).toEqual(['view-icicle', 'view-flame', 'view-sandwich', 'view-table', 'search', 'canvas'])
    await page.keyboard.press('3')
    expect(await page.getByRole('button', {pressed: true}).allTextContents()).toEqual(['Sandwich'])
  })

  test('runs nothing that a name or a later hand puts into it', async () => {
    const name = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>'
    const data = {title: name, type: 'cpu', unit: 'count', names: [name], parent: [-1, 0], name: [-1, 0], self: [0, 1]}
    const html = flamePage(data)
    expect(html).not.toContain('unsafe-inline')
    const page = await open(html)
    await page.keyboard.press('4')
    expect(await page.getByRole('button', {name}).count()).toBe(1)
    expect(await page.title()).toContain('</script>')
    const before = problems.length
    await page.evaluate(`document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = "owned"'}))`)
    expect(await page.title()).not.toBe('owned')
    expect(problems.splice(before).join()).toContain('Content Security Policy')
  })

  test('draws 300,000 frames and none that is too narrow to see', async () => {
    const page = await open(flamePage(largeFlame(300_000, 7)))
    expect(await page.evaluate('document.documentElement.dataset.frames')).toBe('300000')
    const shown = Number(await page.evaluate('document.documentElement.dataset.drawn'))
    expect(shown).toBeGreaterThan(1000)
    expect(shown).toBeLessThan(60_000)
    await page.locator('#canvas').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await drawn(page)
    expect(await status(page)).toMatch(/^example\.com\//)
  })

  test('fits a phone without scrolling sideways', async () => {
    const page = await open(await pageOf('heap.pb.gz'))
    await page.setViewportSize({width: 390, height: 800})
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBeLessThanOrEqual(0)
  })
})
