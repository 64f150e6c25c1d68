// Starts the worker for files that nest too deeply for the main thread.
import {existsSync} from 'node:fs'
import {Worker} from 'node:worker_threads'
import {frontEndLimits} from '../operations/inspect-syntax.ts'
import type {SyntaxFile} from '../operations/inspect-syntax.ts'

/** The bundled worker lies beside the bundle or one folder above its chunks. From source, a line of code has to load TypeScript first. */
function workerStart(): {readonly code: string | URL; readonly eval: boolean} {
  const built = ['./inspect-syntax.worker.js', '../inspect-syntax.worker.js'].map(path => new URL(path, import.meta.url))
  const file = built.find(url => existsSync(url))
  if (file !== undefined) return {code: file, eval: false}
  const source = JSON.stringify(new URL('./inspect-syntax.worker.ts', import.meta.url).href)
  return {code: `import('tsx/esm/api').then(({register}) => (register(), import(${source})))`, eval: true}
}

/** False when even that stack was not enough; what was printed until then stands. */
export function inspectDeeply(source: SyntaxFile, digest: boolean, out: (text: string) => void): Promise<boolean> {
  const start = workerStart()
  const worker = new Worker(start.code, {eval: start.eval, workerData: {source, digest}, resourceLimits: frontEndLimits})
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
