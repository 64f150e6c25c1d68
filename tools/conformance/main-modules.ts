// Modules of the proxy as main modules of their own, in a scratch directory that is kept: what packages are loaded and checked from.
import {execFileSync} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

export const kubernetes = '36.3'
export interface ModuleVersion {
  readonly name: string
  readonly path: string
  readonly version: string
}

export const go = (cwd: string, ...args: string[]): string =>
  execFileSync('go', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
    env: {...process.env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0'},
  })

interface Downloaded {
  readonly Dir: string
  readonly GoMod: string
}
function download(scratch: string, path: string, version: string): Downloaded {
  const empty = join(scratch, 'empty')
  mkdirSync(empty, {recursive: true})
  writeFileSync(join(empty, 'go.mod'), 'module empty\n')
  return JSON.parse(go(empty, 'mod', 'download', '-json', `${path}@${version}`)) as Downloaded // go's own form
}

/** A module of the proxy as a main module of its own. A go.work in it names directories that module zips leave out. */
export function asMainModule(scratch: string, {name, path, version}: ModuleVersion): string {
  const dir = join(scratch, `${name}@${version}`)
  if (existsSync(dir)) return dir
  cpSync(download(scratch, path, version).Dir, dir, {recursive: true, mode: 0})
  execFileSync('chmod', ['-R', 'u+w', dir])
  rmSync(join(dir, 'go.work'), {force: true})
  go(dir, 'mod', 'download')
  return dir
}

/** A module that imports the kubelet; the k8s.io modules that kubernetes keeps beside it are replaced by their published versions. */
export function kubelet(scratch: string): string {
  const dir = join(scratch, `kubelet@${kubernetes}`)
  if (existsSync(dir)) return dir
  const goMod = readFileSync(download(scratch, 'k8s.io/kubernetes', `v1.${kubernetes}`).GoMod, 'utf8')
  const staged = [...new Set([...goMod.matchAll(/^\s*(k8s\.io\/[a-z0-9-]+) v0\.0\.0(?:\s|$)/gm)].map(match => match[1]))]
  mkdirSync(dir, {recursive: true})
  const replaces = staged.map(path => `\t${path} => ${path} v0.${kubernetes}\n`).join('')
  writeFileSync(join(dir, 'go.mod'), `module scratch\n\ngo 1.26\n\nrequire k8s.io/kubernetes v1.${kubernetes}\n\nreplace (\n${replaces})\n`)
  writeFileSync(join(dir, 'main.go'), 'package main\n\nimport _ "k8s.io/kubernetes/cmd/kubelet/app"\n\nfunc main() {}\n')
  try {
    go(dir, 'mod', 'tidy')
  } catch (error) {
    rmSync(dir, {recursive: true}) // half a module would be taken for a whole one
    throw error
  }
  return dir
}
