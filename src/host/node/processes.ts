// Processes, HTTP and /proc through Node.
import {execFile, spawn} from 'node:child_process'
import {createWriteStream, openSync, closeSync} from 'node:fs'
import {mkdir, open, readdir, readlink, rm, rmdir, writeFile} from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import {hostname} from 'node:os'
import {dirname, resolve as resolvePath} from 'node:path'
import {errors} from '../../base/errors.ts'
import type {Exit, HttpAnswer, Processes, Ran, RunningProgram, StartOptions} from '../../base/processes.ts'

export const nodeProcesses: Processes = {
  now: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n,
  sleep: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    }),
  hostname,
  env: name => process.env[name],
  start,
  run,
  signal: (pid, signal) => {
    try {
      return process.kill(pid, signal)
    } catch {
      return false
    }
  },
  get,
  makeDirectory: path => mkdir(path, {recursive: true}),
  removeEmptyDirectories: async (path, last) => {
    const top = resolvePath(last)
    for (let at = resolvePath(path); at.startsWith(top); at = dirname(at)) {
      const removed = await rmdir(at).then(
        () => true,
        () => false,
      )
      if (!removed) return
    }
  },
  writeFile: (path, bytes) => writeFile(path, bytes),
  removeFile: path => rm(path, {force: true}),
  readKernelFile,
  list: path =>
    readdir(path).then(
      names => names.sort(),
      () => [],
    ),
  link: path =>
    readlink(path).then(
      target => target,
      () => undefined,
    ),
}

async function start(command: readonly string[], {env, stdoutPath, stderrPath}: StartOptions): Promise<RunningProgram> {
  const [file, ...args] = command
  if (file === undefined) throw errors.usage('no command after --', 'Write the program and its arguments after --.')
  const out = openSync(stdoutPath, 'w')
  const err = openSync(stderrPath, 'w')
  const child = spawn(file, args, {env: {...process.env, ...env}, stdio: ['ignore', out, err]})
  closeSync(out)
  closeSync(err)
  const exited = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => resolve({...(code === null ? {} : {code}), ...(signal === null ? {} : {signal})}))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', error =>
      reject(errors.usage(`"${file}" cannot be started: ${error.message}`, 'Check the path and that it is executable.')),
    )
  })
  return {pid: child.pid ?? 0, exited, stop: signal => void child.kill(signal)}
}

function run(command: readonly string[], options: {readonly timeoutMs: number; readonly outputBytesMax: number}): Promise<Ran | undefined> {
  const [file = '', ...args] = command
  return new Promise(resolve => {
    execFile(file, args, {timeout: options.timeoutMs, maxBuffer: options.outputBytesMax, encoding: 'utf8'}, (error, stdout, stderr) => {
      if (error === null) resolve({code: 0, stdout, stderr})
      else if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined)
      else resolve({...(typeof error.code === 'number' ? {code: error.code} : {}), stdout, stderr})
    })
  })
}

function get(
  url: string,
  {timeoutMs, bytesMax, path, signal}: {timeoutMs: number; bytesMax: number; path?: string; signal?: AbortSignal},
): Promise<HttpAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http
    const request = client.get(url, {timeout: timeoutMs, ...(signal ? {signal} : {})}, response => {
      const status = response.statusCode ?? 0
      const chunks: Uint8Array[] = []
      let bytes = 0
      const file = path !== undefined && status === 200 ? createWriteStream(path) : undefined
      file?.on('error', reject)
      response.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length
        if (bytes > bytesMax) {
          request.destroy()
          reject(errors.limit(`answer of ${url} in bytes`, bytesMax))
        } else if (file) {
          if (!file.write(chunk)) {
            response.pause()
            file.once('drain', () => response.resume())
          }
        } else chunks.push(chunk)
      })
      response.on('end', () => {
        const answer = {status, bytes, body: file ? new Uint8Array() : Buffer.concat(chunks)}
        if (file) file.end(() => resolve(answer))
        else resolve(answer)
      })
      response.on('error', () => resolve(undefined))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}

async function readKernelFile(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const chunks: Uint8Array[] = []
      let length = 0
      for (;;) {
        const {bytesRead, buffer} = await file.read(new Uint8Array(65536), 0, 65536)
        if (bytesRead === 0) break
        length += bytesRead
        chunks.push(buffer.subarray(0, bytesRead))
        if (length > bytesMax) break
      }
      return Buffer.concat(chunks).subarray(0, bytesMax)
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
