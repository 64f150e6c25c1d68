// One file of `inspect syntax` on a thread whose stack is deep enough for all that go/parser accepts. Trees that deep cannot be sent between
// threads, so the text is.
import {parentPort, workerData} from 'node:worker_threads'
import {inspectSyntax, type SyntaxFile} from '../operations/inspect-syntax.ts'

interface Job {
  readonly source: SyntaxFile
  readonly digest: boolean
}

const {source, digest} = workerData as Job // sent by deep-inspect.ts and by nobody else
const done = inspectSyntax(source, digest, text => parentPort?.postMessage(text))
if (!done) parentPort?.postMessage(undefined)
