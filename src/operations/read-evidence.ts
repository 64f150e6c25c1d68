// Files and directories named by the user → decoded artifacts, in order of path and offset. What cannot be read becomes a note; the rest is kept.
import {errors, TriageError} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {breathe, type Task} from '../base/progress.ts'
import {sha256HexOf} from '../base/sha256.ts'
import {manifestName, type Manifest, parseManifest, programOf, timeOf} from '../evidence/containers/manifest.ts'
import {decodeSource} from '../evidence/decode.ts'
import type {Artifact} from '../evidence/model/artifact.ts'
import {decoders} from '../evidence/registry.generated.ts'
import type {Note} from '../findings/envelope.ts'

/** Files read from one directory tree; more is a note and the rest is left out. */
const filesMax = 10_000
/** Files larger than this are decoded but not hashed. */
const hashedBytesMax = 64 << 20

export interface ReadArtifact {
  readonly artifact: Artifact
  readonly sha256: string | undefined
}

export interface EvidenceRead {
  readonly artifacts: readonly ReadArtifact[]
  readonly notes: readonly Note[]
  /** False when something could not be read to its end. */
  readonly complete: boolean
}

/**
 * Reads the named files as evidence. A path shown to the user is the one given, `/`-separated. Files in `maybe` were only found beside
 * source: those that no decoder knows are no evidence, and nothing is said of them.
 */
export async function readEvidence(
  host: Host,
  files: readonly string[],
  task: Task,
  maybe: ReadonlySet<string> = new Set(),
): Promise<EvidenceRead> {
  const artifacts: ReadArtifact[] = []
  const notes: Note[] = []
  let complete = true
  const manifests = await manifestsOf(host, files, notes)
  for (const [done, path] of files.entries()) {
    await breathe(task)
    task.progress?.('reading evidence', done, files.length)
    if (path === manifestName || path.endsWith(`/${manifestName}`)) continue
    const [manifest, relative] = manifestFor(manifests, path)
    try {
      const source = await host.open(path)
      if (source.size === 0 && manifest?.files.some(file => file.path === relative) === true) continue // a log nothing was written to
      const {artifacts: found, failure} = await decodeSource(source, decoders, task)
      const sha256 =
        source.size !== undefined && source.size <= hashedBytesMax
          ? await sha256HexOf(new Uint8Array(await source.read(0, source.size)))
          : undefined
      for (const artifact of found)
        artifacts.push({artifact: withManifest({...artifact, path: path + memberOf(artifact.path)}, manifest, relative), sha256})
      if (failure !== undefined && !(maybe.has(path) && (failure.code === 'unrecognized' || failure.code === 'empty'))) {
        const recognised = manifest !== undefined && failure.code === 'unrecognized'
        notes.push({code: failure.code, message: `${failure.message}. ${failure.hint}`, path})
        if (!recognised) complete = false
      }
    } catch (error) {
      if (!(error instanceof TriageError) || error.code === 'cancelled') throw error
      notes.push({code: error.code, message: `${error.message}. ${error.hint}`, path})
      complete = false
    }
  }
  return {artifacts, notes, complete}
}

/** Every regular file below a directory, sorted by path; a nested Go module is another program and is left out. */
export async function evidenceFiles(host: Host, directory: string, notes: Note[]): Promise<string[]> {
  const files: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const name of await host.list(folder)) {
      const path = `${folder}/${name}`
      const stat = await host.stat(path)
      if (stat?.kind === 'directory') {
        if (depth >= 16 || name.startsWith('.') || (await host.stat(`${path}/go.mod`)) !== undefined) continue
        await visit(path, depth + 1)
      } else if (stat?.kind === 'file') {
        if (files.length >= filesMax) throw errors.limit(`files below ${directory}`, filesMax)
        files.push(path)
      }
    }
  }
  try {
    await visit(directory.replace(/\/+$/, ''), 0)
  } catch (error) {
    if (!(error instanceof TriageError) || error.code !== 'limit') throw error
    notes.push({code: error.code, message: error.message, path: directory})
  }
  return files
}

async function manifestsOf(host: Host, files: readonly string[], notes: Note[]): Promise<Map<string, Manifest>> {
  const manifests = new Map<string, Manifest>()
  const folders = new Set(files.map(folderOf))
  for (const folder of folders) {
    const path = folder === '' ? manifestName : `${folder}/${manifestName}`
    if ((await host.stat(path))?.kind !== 'file') continue
    try {
      const manifest = parseManifest(new TextDecoder().decode(await host.readFile(path, 16 << 20)))
      if (manifest) manifests.set(folder, manifest)
    } catch (error) {
      if (!(error instanceof TriageError)) throw error
      notes.push({code: error.code, message: `${error.message}. ${error.hint}`, path})
    }
  }
  return manifests
}

function manifestFor(manifests: ReadonlyMap<string, Manifest>, path: string): [Manifest | undefined, string] {
  const folder = folderOf(path)
  return [manifests.get(folder), folder === '' ? path : path.slice(folder.length + 1)]
}

/** `!member` of a container; file names with an exclamation mark of their own are rare enough. */
const memberOf = (path: string) => (path.includes('!') ? path.slice(path.indexOf('!')) : '')

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** What an artifact says of itself wins over what the manifest says. */
function withManifest(artifact: Artifact, manifest: Manifest | undefined, relative: string): Artifact {
  if (manifest === undefined) return artifact
  const time = artifact.timeUnixNs ?? timeOf(manifest, relative)
  return {...artifact, program: {...programOf(manifest), ...artifact.program}, ...(time === undefined ? {} : {timeUnixNs: time})}
}
