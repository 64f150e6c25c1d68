// What `gotriage inspect syntax` prints of one file: its nodes or their digest, in the form that go/parser's own tree is printed in, so that
// anybody can compare the two.
import type {Host} from '../base/host.ts'
import {tooDeepMessage} from '../go/syntax/deep-stack.ts'
import {digestOf, preorder} from '../go/syntax/digest.ts'
import {parseFile} from '../go/syntax/parse.ts'

/** Larger files are refused (bytes); the largest generated Go file we know of has 34 MB. */
export const goFileBytesMax = 256 << 20
/** Text is given out in pieces of about this size (UTF-16 units). */
const pieceLength = 1 << 16

export interface SyntaxFile {
  /** As it is printed. */
  readonly file: string
  readonly bytes: Uint8Array
}

/** Prints through `out`; false when the file nests deeper than this thread's stack allows, and then nothing has been printed. */
export function inspectSyntax({file, bytes}: SyntaxFile, digest: boolean, out: (text: string) => void): boolean {
  const {file: tree, errors} = parseFile(bytes)
  if (errors.some(error => error.message === tooDeepMessage)) return false
  const name = JSON.stringify(file)
  const first = errors[0]
  const failure = first && `{"file":${name},"error":${JSON.stringify(first.message)},"line":${first.line}}\n`
  if (digest) {
    const {nodes, sha256} = digestOf(tree)
    out(failure ?? `{"file":${name},"nodes":${nodes},"sha256":"${sha256}"}\n`)
    return true
  }
  let text = ''
  preorder(tree, node => {
    text += `{"file":${name},"kind":"${node.kind}","start":${node.pos},"end":${node.end}}\n`
    if (text.length < pieceLength) return
    out(text)
    text = ''
  })
  out(text + (failure ?? ''))
  return true
}

/** A file that was named, and how it is printed: relative to the host's directory when below it. */
export async function readSyntaxFile(path: string, host: Host): Promise<SyntaxFile> {
  const bytes = await host.readFile(path, goFileBytesMax)
  const absolute = path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : `${host.cwd}/${path}`
  const clean = cleanPath(absolute.replaceAll('\\', '/'))
  const root = host.cwd === '/' ? '/' : `${host.cwd}/`
  return {file: clean.startsWith(root) ? clean.slice(root.length) : clean, bytes}
}

function cleanPath(path: string): string {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') kept.pop()
    else if (part !== '.' && part !== '') kept.push(part)
  }
  return `${path.startsWith('/') ? '/' : ''}${kept.join('/')}`
}

export {frontEndLimits} from '../go/syntax/deep-stack.ts'
