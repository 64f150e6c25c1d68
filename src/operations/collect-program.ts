// Who the captured program is: pid and start from the kernel; module, Go version and build id from its executable.
import {TriageError} from '../base/errors.ts'
import type {Processes} from '../base/processes.ts'
import type {Manifest} from '../evidence/containers/manifest.ts'
import {buildInfoOf} from '../evidence/symbols/build-info.ts'
import {buildIdsOf, type Elf, parseElf} from '../evidence/symbols/elf.ts'

const executableBytesMax = 512 << 20

/** The build id is the GNU one, which is also what runtime/pprof writes into profiles (elfBuildID, Go 1.9 to 1.26). */
export async function programOfExecutable(processes: Processes, pid: number, started: bigint | undefined): Promise<Manifest['program']> {
  const elf = await executableOf(processes, pid)
  const info = elf && buildInfoOf(elf)
  const {gnu} = elf ? buildIdsOf(elf) : {}
  return {
    pid: String(pid),
    ...(started === undefined ? {} : {startedUnixNs: String(started)}),
    // A shell or a wrapper that starts the program says nothing of the program.
    ...(info === undefined ? {} : {goVersion: info.goVersion}),
    ...(info?.module === undefined ? {} : {module: info.module}),
    ...(info === undefined || gnu === undefined ? {} : {buildId: gnu}),
  }
}

async function executableOf(processes: Processes, pid: number): Promise<Elf | undefined> {
  const bytes = await processes.readKernelFile(`/proc/${pid}/exe`, executableBytesMax)
  try {
    return bytes === undefined || bytes.length === 0 ? undefined : parseElf(bytes)
  } catch (error) {
    if (!(error instanceof TriageError)) throw error
    return undefined
  }
}
