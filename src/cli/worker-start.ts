// Starts a thread from one of the *.worker.ts files, bundled or from source.
import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'
import {type ResourceLimits, Worker} from 'node:worker_threads'

/** `name` is that of the file without `.worker.ts`; `data` is copied to the thread. */
export function startWorker(name: string, data: unknown, resourceLimits: ResourceLimits): Worker {
  // The bundled worker lies beside the bundle or one folder above its chunks. From source, a line of code has to load TypeScript first.
  const built = [`./${name}.worker.js`, `../${name}.worker.js`].map(path => new URL(path, import.meta.url))
  const file = built.find(url => existsSync(url))
  if (file !== undefined) return new Worker(file, {workerData: data, resourceLimits})
  const source = JSON.stringify(new URL(`./${name}.worker.ts`, import.meta.url).href)
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href.replace(/\.cjs$/, '.mjs') // the import condition of the same package
  const code = `import(${JSON.stringify(tsx)}).then(({register}) => (register(), import(${source})))`
  return new Worker(code, {eval: true, workerData: data, resourceLimits})
}
