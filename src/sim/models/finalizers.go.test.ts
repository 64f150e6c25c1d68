import {execFileSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {describeNeeding} from '../../base/testing/needs.ts'
import {runFinalizers} from './finalizers.ts'

describeNeeding('go', 'finalizers and cleanups of real Go', () => {
  test('run after the collections the model says, and never in a ring of finalizers', () => {
    const cwd = fileURLToPath(new URL('testdata/finalizers', import.meta.url))
    const printed = execFileSync('go', ['run', '.'], {cwd, encoding: 'utf8', env: {...process.env, GOWORK: 'off', GOFLAGS: '-mod=mod'}})
    const model = (kind: 'finalizer' | 'cleanup', chain: number, cycle: boolean) => {
      const {firstCycle, lastCycle} = runFinalizers({
        goMinor: 26,
        with: kind,
        chain,
        cycle,
        tiny: false,
        chainsPerCycle: 1,
        collectEveryS: 1,
        callbackS: 1e-6,
        gomaxprocs: 4,
        runS: 6,
      })
      return `${firstCycle === undefined ? 0 : chain} ${firstCycle ?? 0} ${lastCycle ?? 0}`
    }
    expect(printed.trim().split('\n')).toEqual([
      `finalizer-chain ${model('finalizer', 3, false)}`,
      `finalizer-ring ${model('finalizer', 2, true)}`,
      `cleanup-chain ${model('cleanup', 3, false)}`,
      `cleanup-ring ${model('cleanup', 2, true)}`,
    ])
  })
})
