// The real code that the front end is compared on besides GOROOT: pinned, fetched through the Go module proxy into the usual module cache.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export const modules = [
  'github.com/prometheus/prometheus@v0.316.0',
  'github.com/gin-gonic/gin@v1.12.0',
  'github.com/gohugoio/hugo@v0.150.0', // later ones ask for Go 1.27
  'gvisor.dev/gvisor@v0.0.0-20260905035102-160fafc42237', // of its `go` branch
  'github.com/mattn/go-sqlite3@v1.14.53',
  'gocv.io/x/gocv@v0.41.0',
  'github.com/libgit2/git2go/v34@v34.0.0',
  'github.com/go-gl/gl@v0.0.0-20231021071112-07e5d0ea2e71',
  'k8s.io/kubernetes@v1.36.3',
] as const

/** The directory of a module in the cache, downloaded if need be; undefined with the reason on stderr when the proxy has none. */
export function moduleDirectory(module: string): string | undefined {
  const scratch = mkdtempSync(join(tmpdir(), 'gotriage-modules-'))
  try {
    writeFileSync(join(scratch, 'go.mod'), 'module scratch.invalid\n')
    const answer = execFileSync('go', ['mod', 'download', '-json', module], {
      cwd: scratch,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return (JSON.parse(answer) as {Dir?: string}).Dir // what `go help mod download` documents
  } catch {
    console.error(`${module}: not available from the module proxy`)
    return undefined
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}

/** Kubernetes' own libraries, which its go.mod asks for at v0.0.0: the release v1.N.M of one is v0.N.M of the others. */
export function stagingModules(directory: string, version: string): string[] {
  const names = readFileSync(join(directory, 'go.mod'), 'utf8').matchAll(/^\s+(k8s\.io\/\S+) v0\.0\.0(\s|$)/gm)
  return [...names].map(([, name]) => `${name}@${version.replace(/^v1\./, 'v0.')}`)
}
