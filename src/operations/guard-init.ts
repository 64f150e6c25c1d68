// `gotriage guard cgo --init DIR`: reads a package's C calls and preambles, and the headers they include, and prints a first contract.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {readCNames} from '../go/cgo/c-names.ts'
import {platformOf} from '../go/cgo/platform.ts'
import {cgoSourceOf} from '../go/cgo/preamble.ts'
import {preorder} from '../go/syntax/digest.ts'
import {parseFile} from '../go/syntax/parse.ts'
import {firstContract as contractOf} from '../guards/first-contract.ts'
import {join} from './guard.ts'

const goFileBytesMax = 1 << 22
const headerBytesMax = 1 << 24
const filesMax = 5000
/** Where compilers of Debian and Red Hat look when nobody says otherwise. */
const systemFolders = ['/usr/include', '/usr/local/include', '/usr/include/x86_64-linux-gnu', '/usr/include/aarch64-linux-gnu']

export async function firstContract(directory: string, host: Host): Promise<{readonly yaml: string; readonly notes: readonly string[]}> {
  const platform = platformOf(host.platform?.goos ?? 'linux', host.platform?.goarch ?? 'amd64')
  const satisfies = (tag: string) => tag === platform.goos || tag === platform.goarch || tag === 'cgo'
  const calls = new Set<string>()
  const preambles: {readonly file: string; readonly text: string}[] = []
  const cflags = new Set<string>()
  const [ldflags, pkgConfig, withheld] = [new Set<string>(), new Set<string>(), new Set<string>()]
  let packageName = 'wrapper'
  const names = (await host.list(directory)).filter(name => name.endsWith('.go') && !name.endsWith('_test.go'))
  if (names.length > filesMax) throw errors.limit(`Go files in ${directory}`, filesMax)
  for (const name of names) {
    const source = await host.readFile(join(directory, name), goFileBytesMax)
    const {file} = parseFile(source, {comments: true})
    const cgo = cgoSourceOf(file, satisfies)
    if (cgo === undefined) continue
    packageName = file.name.name
    preambles.push({file: name, text: cgo.text})
    for (const flag of cgo.cflags) cflags.add(flag)
    for (const macro of cgo.withheld) withheld.add(macro)
    for (const [, kind, value = ''] of new TextDecoder()
      .decode(source)
      .matchAll(/^\s*(?:\/\/|\*)?\s*#cgo\s+(LDFLAGS|pkg-config):[ \t]*([^\r\n]*)/gm))
      (kind === 'LDFLAGS' ? ldflags : pkgConfig).add(value.trim())
    preorder(file, node => {
      if (node.kind === 'CallExpr' && node.fun.kind === 'SelectorExpr' && node.fun.x.kind === 'Ident' && node.fun.x.name === 'C')
        calls.add(node.fun.sel.name)
    })
  }
  if (calls.size === 0)
    throw errors.usage(`no C calls in the Go files of ${directory}`, 'Name the directory of a package that imports "C".')
  const found = readCNames({
    platform,
    preambles,
    flags: [...cflags, ...systemFolders.map(folder => `-I${folder}`)],
    withheld: [...withheld],
    readFile(path) {
      try {
        const bytes = host.readFileSync?.(path.startsWith('/') ? path : join(directory, path), headerBytesMax)
        return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
      } catch {
        return undefined // looked for in several folders
      }
    },
  })
  return contractOf({
    calls: [...calls],
    names: found,
    preambles: preambles.map(({text}) => text),
    flags: {cflags: [...cflags].join(' '), ldflags: [...ldflags].join(' '), pkgConfig: [...pkgConfig].join(' ')},
    package: packageName,
  })
}
