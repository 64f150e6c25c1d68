// By which Go release's behaviour a program runs where the runtime kept the older one behind a GODEBUG setting: the go line of the main module,
// its godebug lines and //go:debug lines of the main package decide, whatever a file or a dependency asks for (cmd/go/internal/load/godebug.go,
// defaultGODEBUG; internal/godebugs/table.go, Go 1.21 to 1.26). What GODEBUG is in production is not known.
import type {ProgramDefaults} from '../../go/load/api.ts'
import type {CheckedPackage} from './checked-package.ts'

/** Settings by which rules ask for a release, with the minor version that changed each and what brings the older behaviour back. */
const settings = {
  /** Timers that nothing refers to are collected: not with 1; 2 is only for debugging (time/sleep.go, syncTimer). */
  asynctimerchan: {changed: 23, old: '1'},
  /** GOMAXPROCS follows the CPU limit of the cgroup (runtime/cgroup_linux.go). */
  containermaxprocs: {changed: 25, old: '0'},
} as const

export type GodebugSetting = keyof typeof settings

/** The minor version of `1.21` or `go1.21.3`; 0 when there is none. */
export const minorVersion = (text: string | undefined): number => Number(/^(?:go)?1\.(\d+)/.exec(text ?? '')?.[1] ?? 0)

/** The minor version whose behaviour the program has, as far as `setting` goes; 0 when nothing is known of the program. */
export function programVersion(program: ProgramDefaults | undefined, setting?: GodebugSetting): number {
  if (program === undefined) return 0
  const {goVersion, godebug} = program
  const minor = minorVersion(godebug['default']) || minorVersion(goVersion)
  const given = setting === undefined ? undefined : godebug[setting]
  if (setting === undefined || given === undefined) return minor
  const {changed, old} = settings[setting]
  return given === old ? Math.min(minor, changed - 1) : Math.max(minor, changed)
}

/** With the //go:debug lines before the package clause, which count in a main package only. */
export function programOf({types, files, program}: CheckedPackage): ProgramDefaults | undefined {
  if (program === undefined || types.name !== 'main') return program
  const lines = files.flatMap(({bytes, state}) => {
    const head = new TextDecoder().decode(bytes.subarray(0, state.tree.package))
    return [...head.matchAll(/^\/\/go:debug[ \t]+([^\s=]+)=(\S*)/gm)].map(([, key = '', value = '']) => [key, value] as const)
  })
  return lines.length === 0 ? program : {...program, godebug: {...program.godebug, ...Object.fromEntries(lines)}}
}
