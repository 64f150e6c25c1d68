// `guard ci`: what its YAML may say.
import type {Field} from '../../sim/scenario/reader.ts'
import {ciSteps, type CiGuard} from '../codegen/ci.ts'

export function readCiGuard(root: Field): CiGuard {
  const e = root.map(['guard', 'steps', 'base', 'go'])
  const [base, go] = [e.get('base'), e.get('go')]
  const baseText = base?.text() ?? 'origin/main'
  if (base !== undefined && !/^[A-Za-z0-9][\w./-]*$/.test(baseText))
    throw base.problem(`"${baseText}" is no revision`, 'Write a branch, tag or commit.')
  const goText = go?.text() ?? 'stable'
  if (go !== undefined && !/^(stable|oldstable|\d+\.\d+(\.(\d+|x))?)$/.test(goText))
    throw go.problem(`"${goText}" is no Go version`, 'Write 1.26 or stable.')
  const steps = e.get('steps')
  const list = steps?.list(ciSteps.length).map(field => field.oneOf(ciSteps)) ?? ciSteps
  if (steps !== undefined && list.length === 0)
    throw steps.problem('a gate without steps never fails', `Name some of: ${ciSteps.join(', ')}.`)
  return {steps: list, base: baseText, goVersion: goText}
}
