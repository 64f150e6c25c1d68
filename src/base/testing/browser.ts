// A real Chromium for tests of pages: Debian's, driven by playwright-core; nothing is downloaded.
import {type Browser, chromium as driver} from 'playwright-core'
import {chromium} from './needs.ts'

export function launchBrowser(): Promise<Browser> {
  if (chromium === undefined) throw new Error('Chromium is not installed: install Debian\'s package "chromium"')
  return driver.launch({
    executablePath: chromium,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
