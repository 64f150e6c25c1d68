// Tests that need something this machine may not have: they run where it is, and are reported as skipped, with the reason, where it is not.
import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe} from 'vitest'

const answers = (command: string, args: readonly string[]) => {
  try {
    execFileSync(command, args, {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

/** The checkout's root, with a slash at the end. */
export const checkout = fileURLToPath(new URL('../../../', import.meta.url))
/** Real captures that nobody here made; beside the checkout, absent elsewhere. */
export const corpus = process.env['GOTRIAGE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url))
export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

let go: boolean | undefined
const hasGo = () => (go ??= answers('go', ['version']))
let gcc: boolean | undefined
const hasCc = () => (gcc ??= answers('cc', ['--version']))

/** `describeNeeding('go', 'the parser', () => …)`: skipped with `[needs go]` in its name where Go is absent. */
export function describeNeeding(what: 'go' | 'cc' | 'chromium' | 'corpus', name: string, body: () => void): void {
  const present = {go: hasGo, cc: hasCc, chromium: () => chromium !== undefined, corpus: () => existsSync(corpus)}[what]()
  describe.skipIf(!present)(`${name} [needs ${what}]`, body)
}
