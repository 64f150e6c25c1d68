// One file of `inspect syntax` on a thread whose stack is deep enough for all that go/parser accepts. Trees that deep cannot be sent between
// threads, so the text is.
import {parentPort, workerData} from 'node:worker_threads'
import {inspectSyntax, type SyntaxFile} from '../operations/inspect-syntax.ts'

interface Job {
  readonly source: SyntaxFile
  readonly digest: boolean
}

const {source, digest} = workerData as Job // sent by deep-inspect.ts and by nobody else
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
const post = (message: string | undefined) => parentPort?.postMessage(message)
if (!inspectSyntax(source, digest, post)) post(undefined)
