// Finds and reads gotriage.yaml, and applies what it says to rules and findings.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import type {Config} from '../analysis/config/config.ts'
import {pathPattern} from '../analysis/config/path-pattern.ts'
import type {Hazard} from '../findings/finding.ts'
import {type CgoRequest, shownPath} from './check-module.ts'

export interface FoundConfig {
  readonly config: Config
  /** Absolute; undefined without a file. */
  readonly dir: string | undefined
}

const fileName = 'gotriage.yaml'
const noConfig: Config = {rules: {}, exclude: []}
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

async function contractIn(host: Host, path: string): Promise<readonly string[]> {
  const {contractBytesMax, readCgoContract} = await import('../analysis/config/cgo-contract.ts')
  return readCgoContract(shownPath(path, host.cwd), await host.readFile(path, contractBytesMax)).map(one => one.name)
}

/** The policy for calls into C, its contract read. */
export async function cgoRequest({config, dir}: FoundConfig, host: Host): Promise<CgoRequest | undefined> {
  if (config.cgo === undefined || dir === undefined) return undefined
  const {wrappers, contract} = config.cgo
  const path = contract === undefined ? undefined : contract.startsWith('/') ? contract : `${dir}/${contract}`
  return {
    dir,
    ...(wrappers === undefined ? {} : {wrappers}),
    ...(contract === undefined || path === undefined
      ? {}
      : {
          contract: {
            path: contract,
            functions: await contractIn(host, path),
          },
        }),
  }
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
