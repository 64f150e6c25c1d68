// What the `go` command would take its configuration from, read without running it: the options of the caller, the environment, the `go env`
// file, GOROOT/go.env, the platform (cmd/go/internal/cfg, go1.26). GOFLAGS is read for -tags, -mod and -modfile; the rest of it, -toolexec
// and the like, is never obeyed.
import type {Host} from '../../base/host.ts'
import type {LoadNote, LoadOptions} from './api.ts'
import {isAbsolutePath, joinPath, parentPath} from './module-path.ts'
import {architectureTags, cgoSupported, unixOs} from './platforms.ts'

export interface Settings {
  readonly goos: string
  readonly goarch: string
  readonly cgo: boolean
  readonly tags: readonly string[]
  readonly gopath: string
  readonly gomodcache: string
  /** Undefined when no installed standard library was found or wanted. */
  readonly goroot: string | undefined
  /** `go1.26.8`; of the bundled declarations when there is no GOROOT. */
  readonly goVersion: string
  /** `off`, a path, or undefined to look for one. */
  readonly gowork: string | undefined
  readonly mod: 'mod' | 'readonly' | 'vendor' | undefined
  readonly modfile: string | undefined
  readonly satisfies: (tag: string) => boolean
}

/** The newest Go whose standard library's declarations ship with gotriage. */
export const bundledGoVersion = 'go1.26'
/** GOROOT/api tells what came with each version from the next one on; older programs get this one's declarations. */
export const oldestBundledMinor = 22
/** Size of configuration files; the `go env` file is a few lines. */
const settingsBytesMax = 1 << 20

export interface SettingsResult {
  readonly settings: Settings
  readonly notes: readonly LoadNote[]
}

export async function readSettings(host: Host, options: LoadOptions): Promise<SettingsResult> {
  const notes: LoadNote[] = []
  const platform = options.hostPlatform ?? host.platform ?? {goos: 'linux', goarch: 'amd64'}
  const home = host.env('HOME') || host.env('USERPROFILE') || ''
  const userFile = await readEnvFile(host, userEnvPath(host, platform.goos, home))
  const asked = (name: string): string | undefined => host.env(name) || userFile.get(name)

  const goroot = options.std === 'bundled' ? undefined : await findGoroot(host, options.goroot ?? asked('GOROOT'), home)
  const rootFile: ReadonlyMap<string, string> = goroot === undefined ? new Map() : await readEnvFile(host, `${goroot}/go.env`)
  const variable = (name: string): string | undefined => asked(name) || rootFile.get(name)

  const goos = options.goos ?? (variable('GOOS') || platform.goos)
  const goarch = options.goarch ?? (variable('GOARCH') || platform.goarch)
  const flags = readGoFlags(variable('GOFLAGS') ?? '', notes)
  const tags = [...new Set(options.tags ?? flags.tags)].sort()
  const cgoAsked = variable('CGO_ENABLED')
  const native = goos === platform.goos && goarch === platform.goarch
  const cgo = options.cgo ?? (cgoAsked === '1' ? true : cgoAsked === '0' ? false : native && cgoSupported(goos, goarch))
  const gopath = variable('GOPATH') || (home === '' ? '' : `${home}/go`)
  const firstGopath = gopath.split(platform.goos === 'windows' ? ';' : ':')[0] ?? ''
  const goVersion = goroot === undefined ? bundledGoVersion : await versionOf(host, goroot)
  if (goroot === undefined && options.std !== 'bundled')
    notes.push({
      code: 'std-missing',
      message: `no GOROOT found; declarations that ship with gotriage stand in for the standard library`,
    })
  const experiments = await experimentsOf(host, goroot, goos, goarch, variable('GOEXPERIMENT') ?? '')

  return {
    settings: {
      goos,
      goarch,
      cgo,
      tags,
      gopath: firstGopath,
      gomodcache: clean(variable('GOMODCACHE') || (firstGopath === '' ? '' : `${firstGopath}/pkg/mod`)),
      goroot,
      goVersion,
      gowork: variable('GOWORK'),
      mod: flags.mod,
      modfile: flags.modfile,
      satisfies: tagTest({goos, goarch, cgo, tags, goVersion, toolTags: [...experiments, ...architectureTags(goarch, variable)]}),
    },
    notes,
  }
}

/** The same with another Go's release tags. */
export function releasedAs(settings: Settings, goVersion: string): Settings {
  const minor = Number(/^go1\.(\d+)/.exec(goVersion)?.[1] ?? 0)
  const satisfies = (tag: string): boolean => {
    const release = /^go1\.(\d+)$/.exec(tag)?.[1]
    return release === undefined ? settings.satisfies(tag) : Number(release) <= minor
  }
  return {...settings, goVersion, satisfies}
}

const clean = (path: string): string => (path === '' ? '' : joinPath(path, '.'))

/** os.UserConfigDir joined with go/env; GOENV names another or turns it off. */
function userEnvPath(host: Host, hostOs: string, home: string): string | undefined {
  const named = host.env('GOENV')
  if (named === 'off') return undefined
  if (named) return named
  if (hostOs === 'windows') return host.env('AppData') && `${host.env('AppData')}/go/env`
  if (hostOs === 'darwin') return home === '' ? undefined : `${home}/Library/Application Support/go/env`
  const config = host.env('XDG_CONFIG_HOME') || (home === '' ? '' : `${home}/.config`)
  return config === '' ? undefined : `${config}/go/env`
}

async function readEnvFile(host: Host, path: string | undefined): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  if (path === undefined || (await host.stat(path))?.kind !== 'file') return values
  let text: string
  try {
    text = new TextDecoder().decode(await host.readFile(path, settingsBytesMax))
  } catch {
    return values // as go does: a file that cannot be read sets nothing
  }
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*?)\r?$/.exec(line.trim())
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? '')
  }
  return values
}

/** The directory that holds src/runtime: the one asked for, that of the `go` on PATH, or a usual place. */
async function findGoroot(host: Host, asked: string | undefined, home: string): Promise<string | undefined> {
  const isGoroot = async (path: string) => (await host.stat(`${path}/src/runtime/runtime.go`))?.kind === 'file'
  if (asked !== undefined) {
    const path = joinPath(host.cwd, asked.replaceAll('\\', '/'))
    if (await isGoroot(path)) return path
  }
  const path = host.env('PATH') ?? ''
  const separator = path.includes(';') ? ';' : ':'
  for (const directory of path.split(separator)) {
    if (!isAbsolutePath(directory.replaceAll('\\', '/'))) continue // a relative PATH entry would be the checked tree's own
    for (const name of separator === ';' ? ['go.exe', 'go'] : ['go']) {
      const real = await host.realpath(`${directory}/${name}`)
      const root = real === undefined ? undefined : parentPath(parentPath(real))
      if (root !== undefined && (await isGoroot(root))) return root
    }
  }
  const usual = [
    '/usr/local/go',
    '/usr/lib/go',
    '/usr/lib/golang',
    '/opt/homebrew/opt/go/libexec',
    '/usr/local/opt/go/libexec',
    'C:/Program Files/Go',
  ]
  for (const place of home === '' ? usual : [...usual, `${home}/go`, `${home}/.local/go`]) if (await isGoroot(place)) return place
  return undefined
}

async function readText(host: Host, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await host.readFile(path, settingsBytesMax))
  } catch {
    return ''
  }
}

/** From GOROOT/VERSION, or for a development tree from internal/goversion. */
async function versionOf(host: Host, goroot: string): Promise<string> {
  const first = (await readText(host, `${goroot}/VERSION`)).split('\n')[0]?.trim() ?? ''
  const released = /^go\d+\.\d+\S*/.exec(first)?.[0]
  if (released !== undefined) return released
  const minor = /const Version = (\d+)/.exec(await readText(host, `${goroot}/src/internal/goversion/goversion.go`))?.[1]
  return minor === undefined ? bundledGoVersion : `go1.${minor}`
}

/** Fields of internal/goexperiment.Flags that internal/buildcfg.ParseGOEXPERIMENT sets in its baseline, changed by GOEXPERIMENT. */
async function experimentsOf(host: Host, goroot: string | undefined, goos: string, goarch: string, asked: string): Promise<string[]> {
  const source = goroot === undefined ? '' : await readText(host, `${goroot}/src/internal/buildcfg/exp.go`)
  const literal = /baseline := goexperiment\.Flags\{([^}]*)\}/.exec(source)?.[1]
  const registers = ['amd64', 'arm64', 'loong64', 'ppc64le', 'ppc64', 'riscv64', 's390x'].includes(goarch)
  const values: Readonly<Record<string, boolean>> = {
    true: true,
    false: false,
    regabiSupported: registers,
    dwarf5Supported: !['darwin', 'ios', 'aix'].includes(goos),
    haveXchg8: ['amd64', 'arm64', 'ppc64le', 'ppc64'].includes(goarch),
  }
  const fields =
    literal ??
    'RegabiWrappers: regabiSupported, RegabiArgs: regabiSupported, Dwarf5: dwarf5Supported, RandomizedHeapBase64: true, GreenTeaGC: true,'
  const on = new Set<string>()
  for (const [, name = '', value = ''] of fields.matchAll(/(\w+):\s*(\w+),/g)) if (values[value] === true) on.add(name.toLowerCase())
  for (const flag of asked.split(',')) {
    if (flag === 'none') on.clear()
    else if (flag.startsWith('no')) on.delete(flag.slice(2))
    else if (flag !== '') on.add(flag)
  }
  return [...on].map(name => `goexperiment.${name}`)
}

interface GoFlags {
  readonly tags: readonly string[]
  readonly mod: Settings['mod']
  readonly modfile: string | undefined
}

function readGoFlags(goflags: string, notes: LoadNote[]): GoFlags {
  let tags: string[] = []
  let mod: Settings['mod']
  let modfile: string | undefined
  for (const flag of goflags.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []) {
    const [, name = '', value = ''] = /^--?([^=]+)(?:=(.*))?$/s.exec(flag.replaceAll(/['"]/g, '')) ?? []
    if (name === 'tags') tags = value.split(',').filter(tag => tag !== '')
    else if (name === 'mod' && (value === 'mod' || value === 'readonly' || value === 'vendor')) mod = value
    else if (name === 'modfile') modfile = value
    else if (name === 'toolexec' || name === 'overlay') notes.push({code: 'setting-ignored', message: `-${name} in GOFLAGS is not obeyed`})
  }
  return {tags, mod, modfile}
}

interface TagSources {
  readonly goos: string
  readonly goarch: string
  readonly cgo: boolean
  readonly tags: readonly string[]
  readonly toolTags: readonly string[]
  readonly goVersion: string
}

/** go/build.Context.matchTag. */
function tagTest({goos, goarch, cgo, tags, toolTags, goVersion}: TagSources): (tag: string) => boolean {
  const set = new Set([...tags, ...toolTags, goos, goarch, 'gc'])
  if (cgo) set.add('cgo')
  if (goos === 'android') set.add('linux')
  if (goos === 'illumos') set.add('solaris')
  if (goos === 'ios') set.add('darwin')
  if (unixOs.has(goos)) set.add('unix')
  if (set.has('goexperiment.boringcrypto')) set.add('boringcrypto')
  const minor = Number(/^go1\.(\d+)/.exec(goVersion)?.[1] ?? 0)
  for (let release = 1; release <= minor; release++) set.add(`go1.${release}`)
  return tag => set.has(tag)
}
