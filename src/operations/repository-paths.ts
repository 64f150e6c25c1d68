// Paths as seen from the root of the repository: GitHub, and viewers of SARIF and JUnit, look at the repository as a whole and not at the
// directory of -C, which paths in findings start from.
import type {Host} from '../base/host.ts'

/** Directories looked at on the way up. */
const levelsMax = 64
/** A `.git` file is one line (bytes). */
const gitFileBytesMax = 65_536

/**
 * Of a file as findings name it. A submodule counts as a part of the repository around it, as a checkout does; without a `.git`, a GitHub
 * workspace around the directory stands for the repository, and without that paths stay as they are.
 */
export async function repositoryPaths(host: Host): Promise<(file: string) => string> {
  const cwd = withoutEnd(host.cwd)
  const root = (await repositoryAround(host, cwd)) ?? workspaceAround(host, cwd)
  if (root === undefined) return file => file
  return file => {
    const path = file.startsWith('/') ? file : `${cwd}/${file}`
    return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : file
  }
}

const withoutEnd = (path: string) => path.replaceAll('\\', '/').replace(/\/+$/, '')

async function repositoryAround(host: Host, cwd: string): Promise<string | undefined> {
  let dir = cwd
  for (let level = 0; level < levelsMax && dir !== ''; level++) {
    if (await isRepository(host, `${dir}/.git`)) return dir
    dir = dir.slice(0, Math.max(0, dir.lastIndexOf('/')))
  }
  return undefined
}

/** The directory of a repository, or the file that stands for it in another work tree, but not in a submodule (gitrepository-layout(5)). */
async function isRepository(host: Host, git: string): Promise<boolean> {
  const kind = (await host.stat(git))?.kind
  if (kind !== 'file') return kind === 'directory'
  try {
    const text = new TextDecoder().decode(await host.readFile(git, gitFileBytesMax))
    return text.startsWith('gitdir:') && !text.includes('/modules/')
  } catch {
    return false // not to be read: no more than a file of that name
  }
}

function workspaceAround(host: Host, cwd: string): string | undefined {
  const workspace = withoutEnd(host.env('GITHUB_WORKSPACE') ?? '')
  return workspace !== '' && cwd.startsWith(`${workspace}/`) ? workspace : undefined
}
