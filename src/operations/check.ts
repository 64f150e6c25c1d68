// `gotriage check`: Go source in, hazards out, as an envelope.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {nearest} from '../base/nearest.ts'
import type {Task} from '../base/progress.ts'
import type {Preset} from '../analysis/engine/rule.ts'
export type {Preset}
import {emptyEnvelope, type Envelope} from '../findings/envelope.ts'
import {compareFindings} from '../findings/finding.ts'
import {allRules, checkModule} from './check-module.ts'

export interface CheckRequest {
  /** As in `go list`; none means `./...`. */
  readonly patterns: readonly string[]
  readonly preset?: Preset
  readonly ruleIds?: readonly string[]
  readonly tags?: readonly string[]
}

export interface Checked {
  readonly envelope: Envelope
  readonly packagesChecked: number
  sourceLine(file: string, line: number): string | undefined
}

export async function check(request: CheckRequest, host: Host, task: Task): Promise<Checked> {
  for (const id of request.ruleIds ?? []) {
    if (allRules.some(rule => rule.id === id)) continue
    const near = nearest(
      id,
      allRules.map(rule => rule.id),
    )
    throw errors.usage(`there is no rule "${id}"`, near === undefined ? 'See "gotriage explain" for the list.' : `Did you mean "${near}"?`)
  }
  const patterns = request.patterns.length > 0 ? request.patterns : ['./...']
  const module = await checkModule({...request, dir: host.cwd, patterns, shownFrom: host.cwd}, host, task)
  if (module.packagesChecked === 0)
    throw errors.usage(
      `no Go package matches ${patterns.join(' ')} in ${host.cwd}`,
      'Name a directory with Go files, like ./..., or use -C DIR.',
    )
  return {
    envelope: {
      ...emptyEnvelope('check'),
      complete: module.complete,
      config: module.config,
      findings: [...module.hazards].sort(compareFindings),
      notes: module.notes,
      data: {packagesChecked: module.packagesChecked},
    },
    packagesChecked: module.packagesChecked,
    sourceLine: module.sourceLine,
  }
}
