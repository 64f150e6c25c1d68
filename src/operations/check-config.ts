// Finds and reads gotriage.yaml, and applies what it says to rules and findings.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Config} from '../analysis/config/config.ts'
import {pathPattern} from '../analysis/config/path-pattern.ts'
import type {ApiDescription} from '../go/cgo/api/api-description.ts'
import type {Hazard} from '../findings/finding.ts'
import {type CgoRequest, shownPath} from './check-module.ts'

export interface FoundConfig {
  readonly config: Config
  /** Absolute; undefined without a file. */
  readonly dir: string | undefined
}

const fileName = 'gotriage.yaml'
const noConfig: Config = {rules: {}, exclude: []}
const apiFileName = 'gotriage.api.yaml'
/** Directories looked at on the way up. */
const levelsMax = 64

/** The named file, or the nearest gotriage.yaml up to the directory with go.work, go.mod or .git; `none` looks for none. */
export async function findConfig(host: Host, named: string | undefined, knownRules: readonly string[]): Promise<FoundConfig> {
  if (named === 'none') return {config: noConfig, dir: undefined}
  if (named !== undefined) {
    if ((await host.stat(named)) === undefined) throw errors.notFound(named)
    const path = named.startsWith('/') ? named : `${host.cwd}/${named}`
    return {
      config: await configIn(host, named, named, knownRules),
      dir: path.slice(0, path.lastIndexOf('/')) || '/',
    }
  }
  let dir = host.cwd.replace(/\/+$/, '')
  for (let level = 0; level < levelsMax; level++) {
    const path = `${dir}/${fileName}`
    if ((await host.stat(path))?.kind === 'file')
      return {config: await configIn(host, path, shownPath(path, host.cwd), knownRules), dir: dir || '/'}
    for (const mark of ['go.work', 'go.mod', '.git'])
      if ((await host.stat(`${dir}/${mark}`)) !== undefined) return {config: noConfig, dir: undefined}
    if (dir === '') break
    dir = dir.slice(0, dir.lastIndexOf('/'))
  }
  return {config: noConfig, dir: undefined}
}

/** The reader of YAML takes longer to load than a run that finds nothing changed: it comes when there is a file. */
async function configIn(host: Host, path: string, shown: string, knownRules: readonly string[]): Promise<Config> {
  const {configBytesMax, readConfig} = await import('../analysis/config/config.ts')
  return readConfig(shown, await host.readFile(path, configBytesMax), knownRules)
}

/** The policy for calls into C, its contract read, and what the project says of C functions: the contract, else gotriage.api.yaml beside go.mod. */
export async function cgoRequest({config, dir}: FoundConfig, host: Host): Promise<CgoRequest | undefined> {
  const {wrappers, contract} = config.cgo ?? {}
  const read = async (path: string): Promise<ApiDescription> => {
    const {apiBytesMax, readApiDescription} = await import('../go/cgo/api/read-api.ts')
    return readApiDescription(shownPath(path, host.cwd), await host.readFile(path, apiBytesMax))
  }
  if (dir !== undefined && contract !== undefined) {
    const api = await read(contract.startsWith('/') ? contract : `${dir}/${contract}`)
    return {
      dir,
      ...(wrappers === undefined ? {} : {wrappers}),
      contract: {path: contract, functions: api.functions.map(one => one.name)},
      api,
    }
  }
  const beside = await apiBeside(host)
  if (wrappers === undefined && beside === undefined) return undefined
  return {
    dir: dir ?? host.cwd,
    ...(wrappers === undefined ? {} : {wrappers}),
    ...(beside === undefined ? {} : {api: await read(beside)}),
  }
}

/** gotriage.api.yaml in the directory or above it, up to the one with go.work, go.mod or .git. */
async function apiBeside(host: Host): Promise<string | undefined> {
  let dir = host.cwd.replace(/\/+$/, '')
  for (let level = 0; level < levelsMax; level++) {
    const path = `${dir}/${apiFileName}`
    if ((await host.stat(path))?.kind === 'file') return path
    for (const mark of ['go.work', 'go.mod', '.git']) if ((await host.stat(`${dir}/${mark}`)) !== undefined) return undefined
    if (dir === '') return undefined
    dir = dir.slice(0, dir.lastIndexOf('/'))
  }
  return undefined
}

/** Severities and exclusions of the configuration. */
export function applyConfig(hazards: readonly Hazard[], {config, dir}: FoundConfig, shownFrom: string): Hazard[] {
  const exclusions = config.exclude.map(({paths, rules, reason}) => ({
    covers: paths.flatMap(pattern => pathPattern(pattern) ?? []),
    rules,
    reason,
  }))
  return hazards.map((hazard): Hazard => {
    const wanted = config.rules[hazard.id]
    const severity = wanted === undefined || wanted === 'on' || wanted === 'off' ? hazard.severity : wanted
    const file = hazard.places[0]?.file ?? ''
    const below = shownPath(file.startsWith('/') ? file : `${shownFrom.replace(/\/+$/, '')}/${file}`, dir ?? shownFrom)
    const by = exclusions.find(
      ({covers, rules}) => (rules.length === 0 || rules.includes(hazard.id)) && covers.some(covered => covered(below)),
    )
    return {...hazard, severity, ...(by === undefined ? {} : {suppressed: {by: 'config', reason: by.reason}})}
  })
}
