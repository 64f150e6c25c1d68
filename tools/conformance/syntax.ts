// Compares the parser with go/parser, file by file: one digest a file, the nodes only of files that differ.
import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {digestOf} from '../../src/go/syntax/digest.ts'
import {parseFile} from '../../src/go/syntax/parse.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const cache = fileURLToPath(new URL('../../.cache/conformance/', import.meta.url))

/** What the Go program says of a file. */
interface Verdict {
  readonly file: string
  readonly nodes?: number
  readonly sha256?: string
  readonly error?: string
  readonly line?: number
}

export interface Comparison {
  readonly files: number
  readonly bytes: number
  readonly nodes: number
  readonly same: number
  /** Files that go/parser accepts and that come out otherwise here, with what is wrong. */
  readonly different: readonly string[]
  /** Files that go/parser rejects. */
  readonly rejected: number
  readonly sameErrorLine: number
  readonly sameErrorText: number
  readonly otherErrors: readonly string[]
}

/** Files whose name ends so, below `directory`, links not followed. */
export function filesBelow(directory: string, endings: readonly string[]): string[] {
  return readdirSync(directory, {withFileTypes: true, recursive: true})
    .filter(entry => entry.isFile() && endings.some(ending => entry.name.endsWith(ending)))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

let oracle: string | undefined

/** Builds the Go program once. */
function oraclePath(): string {
  if (oracle !== undefined) return oracle
  mkdirSync(cache, {recursive: true})
  const path = join(cache, 'syntax-oracle')
  execFileSync('go', ['build', '-o', path, '.'], {cwd: join(here, 'syntax-oracle'), env: {...process.env, GOWORK: 'off', GOFLAGS: ''}})
  return (oracle = path)
}

const answerBytesMax = 1 << 30

function verdictsOf(files: readonly string[]): Verdict[] {
  const answer = execFileSync(oraclePath(), {input: files.join('\n'), maxBuffer: answerBytesMax, encoding: 'utf8'})
  return answer
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Verdict) // the form of syntax-oracle/main.go
}

/** Of a file that differs: the lines of go/parser's tree, for a reader with `diff`. */
export const oracleLines = (file: string): string =>
  execFileSync(oraclePath(), ['-lines'], {input: file, maxBuffer: answerBytesMax, encoding: 'utf8'})

export function compareSyntax(files: readonly string[]): Comparison {
  const result = {files: files.length, bytes: 0, nodes: 0, same: 0, rejected: 0, sameErrorLine: 0, sameErrorText: 0}
  const different: string[] = []
  const otherErrors: string[] = []
  for (const verdict of files.length === 0 ? [] : verdictsOf(files)) {
    const bytes = readFileSync(verdict.file)
    result.bytes += bytes.length
    const {file: tree, errors} = parseFile(bytes)
    const first = errors[0]
    if (verdict.sha256 === undefined) {
      result.rejected++
      if (first?.line === verdict.line) {
        result.sameErrorLine++
        if (first?.message === verdict.error) result.sameErrorText++
      } else
        otherErrors.push(
          `${verdict.file}:${verdict.line}: ${verdict.error}; here ${first ? `line ${first.line}: ${first.message}` : 'accepted'}`,
        )
      continue
    }
    const {nodes, sha256} = digestOf(tree)
    result.nodes += verdict.nodes ?? 0
    if (first !== undefined) different.push(`${verdict.file}:${first.line}: rejected here: ${first.message}`)
    else if (sha256 === verdict.sha256) result.same++
    else different.push(`${verdict.file}: ${nodes} nodes, ${verdict.nodes} with go/parser`)
  }
  return {...result, different, otherErrors}
}
