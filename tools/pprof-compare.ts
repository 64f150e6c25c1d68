// Compares our profile reports with those of the toolchain's pprof: every profile of the corpus and of fixtures/profiles, with each flag and with
// pairs of flags. Prints what differs and the figures for docs/measurements/profiles.md. Arguments: `--pairs N` (how many pairs a profile), `--only RE`.
import {readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {flagPairs, singleFlags} from '../src/operations/testing/pprof-flags.ts'
import {compare, corpusProfiles} from '../src/operations/testing/pprof-oracle.ts'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const corpus = process.env['GOTRIAGE_CORPUS'] ?? fileURLToPath(new URL('../../shared/corpus/', import.meta.url))
const option = (name: string) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
const pairs = Number(option('--pairs') ?? 0)
const only = new RegExp(option('--only') ?? '')
const fixtures = readdirSync(`${root}/fixtures/profiles`).map(name => `${root}/fixtures/profiles/${name}`)
const files = [...corpusProfiles(corpus), ...fixtures].filter(file => only.test(file))

let [runs, same, unstable] = [0, 0, 0]
const differences: string[] = []
for (const [index, file] of files.entries()) {
  for (const args of [...singleFlags(file, files), ...flagPairs(file, files, pairs, index)]) {
    const result = await compare([...args, file], root)
    runs++
    if (result.same) same++
    else if (result.unstable) unstable++
    else differences.push(`${result.args.join(' ')}\n${result.difference}`)
  }
  console.error(`${index + 1}/${files.length} ${file}: ${same} of ${runs} the same`)
}
console.log(differences.join('\n\n'))
console.log(
  `\n${files.length} profiles, ${runs} runs, ${same} byte for byte the same, ${unstable} where pprof prints now this, now that, ${differences.length} different`,
)
process.exitCode = differences.length === 0 ? 0 : 1
