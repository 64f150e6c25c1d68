import {build} from 'esbuild'
import type {Browser} from 'playwright-core'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {launchBrowser} from '../../base/testing/browser.ts'
import {checkout, describeNeeding} from '../../base/testing/needs.ts'
import {fingerprintOfRuns} from '../validation/fingerprint.ts'

describeNeeding('chromium', 'the simulators in a browser worker', () => {
  let browser: Browser
  let script: string

  beforeAll(async () => {
    const bundle = await build({
      stdin: {
        contents: `import {fingerprintOfRuns} from './src/sim/validation/fingerprint.ts'
          self.onmessage = ({data}) => self.postMessage(fingerprintOfRuns(data))`,
        resolveDir: checkout,
        loader: 'ts',
      },
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      logLevel: 'silent',
    })
    script = bundle.outputFiles[0]!.text
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  test('run event for event as on Node, from the same seed', async () => {
    const page = await browser.newPage()
    await page.goto('about:blank')
    const inWorker = (seed: number) =>
      page.evaluate(
        `new Promise((done, failed) => {
          const worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(script)}], {type: 'text/javascript'})))
          worker.onmessage = ({data}) => { worker.terminate(); done(data) }
          worker.onerror = event => failed(new Error(event.message))
          worker.postMessage(${seed})
        })`,
      )
    for (const seed of [1, 2]) {
      const here = fingerprintOfRuns(seed)
      expect(here.events).toBeGreaterThan(100_000)
      expect(await inWorker(seed)).toEqual(here)
    }
    expect(fingerprintOfRuns(1)).not.toEqual(fingerprintOfRuns(2))
  })
})
