// Starts the worker for files that nest too deeply for the main thread.
import {frontEndLimits} from '../operations/inspect-syntax.ts'
import type {SyntaxFile} from '../operations/inspect-syntax.ts'
import {startWorker} from './worker-start.ts'

/** False when even that stack was not enough; what was printed until then stands. */
export function inspectDeeply(source: SyntaxFile, digest: boolean, out: (text: string) => void): Promise<boolean> {
  const worker = startWorker('inspect-syntax', {source, digest}, frontEndLimits)
  return new Promise((resolve, reject) => {
    let complete = true
    worker.on('message', (text: string | undefined) => {
      if (text === undefined) complete = false
      else out(text)
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(complete))
  })
}
