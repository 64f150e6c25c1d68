// Which frame of a stack is somebody's own code: not the runtime, not the standard library, not what cgo generates.
import {parseSymbolName} from '../../base/symbol-name.ts'
import type {DumpFrame} from '../model/goroutines.ts'

/** First elements of the import paths of the standard library (go list std, Go 1.26), `golang.org/x` aside. */
const standard = new Set(
  (
    'archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html image index internal ' +
    'io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak'
  ).split(' '),
)

export function isStandardPackage(packagePath: string): boolean {
  const first = packagePath.split('/', 1)[0] ?? ''
  return standard.has(first)
}

/** False for functions of the runtime, the standard library, cgo's stubs and C. */
export function isUserFrame(frame: DumpFrame): boolean {
  if (frame.function === 'panic' || frame.function === '') return false
  if (/(?:^|\.)_Cfunc_|(?:^|\.)_cgo|^_rt0_|\.\(\*?_cgo/.test(frame.function)) return false
  if (frame.file.endsWith('_testmain.go') || frame.file === '_cgo_gotypes.go') return false
  const symbol = parseSymbolName(frame.function)
  if (!symbol) return false
  return !isStandardPackage(symbol.packagePath)
}

/** The first frame of a stack that is user code, behind `panic` when the stack has one. */
export function userFrame(frames: readonly DumpFrame[]): DumpFrame | undefined {
  const panicked = frames.findIndex(frame => frame.function === 'panic' || frame.function === 'runtime.gopanic')
  const behind = panicked < 0 ? frames : frames.slice(panicked + 1)
  return behind.find(isUserFrame)
}

/** What a goroutine of the library runs: its first function says more than the gopark it waits in. Crashes print goexit below it. */
export const beganIn = (frames: readonly DumpFrame[]): DumpFrame | undefined =>
  frames.findLast(frame => frame.function !== 'runtime.goexit')
