// Prints the plain closing line that any CI can read, after the reasons of skipped tests.
import type {Reporter, TestModule} from 'vitest/node'

export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let [passed, failed, skipped] = [0, errors.length, 0]
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) failed++
      for (const test of module.children.allTests()) {
        const state = test.result().state
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else {
          skipped++
          const reason = /\[needs [^\]]+\]/.exec(test.fullName)?.[0]
          console.log(`skipped: ${test.fullName}${reason ? '' : ' (no reason given)'}`)
        }
      }
    }
    console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  }
}
