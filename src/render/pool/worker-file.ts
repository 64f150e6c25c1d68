// Where a worker's code is: beside the bundle when built, else TypeScript that a line of code loads through tsx.
import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'

export type WorkerCode = {readonly kind: 'file'; readonly url: URL} | {readonly kind: 'source'; readonly script: string}

/** `built` is the name in dist/, `source` the TypeScript file. */
export function workerCode(built: string, source: URL): WorkerCode {
  const file = [`./${built}`, `../${built}`].map(path => new URL(path, import.meta.url)).find(url => existsSync(url))
  if (file !== undefined) return {kind: 'file', url: file}
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href.replace(/\.cjs$/, '.mjs') // the import condition of the same package
  return {
    kind: 'source',
    script: `import(${JSON.stringify(tsx)}).then(({register}) => (register(), import(${JSON.stringify(source.href)})))`,
  }
}
