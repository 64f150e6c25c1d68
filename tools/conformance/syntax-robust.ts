// Whole files of other people cut to pieces: every prefix of small ones, random cuts of larger ones, and all of them printed and parsed again.
// `npm run conformance -- syntax-robust` runs it over GOROOT/src and prints the row of docs/conformance/syntax.md.
import {readFileSync} from 'node:fs'
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseFile} from '../../src/go/syntax/parse.ts'
import {brokenPromise, lostInPrint, lostWithoutBodies} from '../../src/go/syntax/testing/holds.ts'
import {filesBelow} from './syntax.ts'

/** Files up to this are cut at every byte. */
const prefixBytesMax = 4096
/** Above this a file makes too few cuts a second. */
const cutBytesMax = 64 * 1024

export interface Robustness {
  readonly files: number
  readonly prefixes: number
  readonly cuts: number
  readonly printed: number
  /** File, what was done to it, and what came of it. */
  readonly failures: readonly string[]
}

/** xorshift32: the same cuts every time. */
function* randoms(seed: number): Generator<number> {
  for (let x = seed | 1; ;) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    yield (x >>> 0) / 2 ** 32
  }
}

export interface RobustnessOptions {
  /** Cuts of each larger file. */
  readonly cutsPerFile: number
  /** Small files cut at every byte. */
  readonly prefixFiles: number
  /** Larger files cut at random. */
  readonly cutFiles: number
}

export function robustness(files: readonly string[], {cutsPerFile, prefixFiles, cutFiles}: RobustnessOptions): Robustness {
  const failures: string[] = []
  let [prefixes, cuts, printed, small, large] = [0, 0, 0, 0, 0]
  const random = randoms(files.length)
  const pick = (below: number) => Math.floor((random.next().value as number) * below) // an endless generator of numbers
  const attempt = (file: string, what: string, wrong: () => string | undefined) => {
    try {
      const found = wrong()
      if (found !== undefined) failures.push(`${file}, ${what}: ${found}`)
    } catch (error) {
      failures.push(`${file}, ${what}: thrown: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const file of files) {
    const bytes = new Uint8Array(readFileSync(file))
    if (parseFile(bytes).errors.length === 0) {
      printed++
      attempt(file, 'printed', () => lostInPrint(bytes))
      attempt(file, 'parsed without bodies', () => lostWithoutBodies(bytes))
    }
    if (bytes.length <= prefixBytesMax) {
      if (++small > prefixFiles) continue
      for (let end = 0; end <= bytes.length; end++, prefixes++)
        attempt(file, `first ${end} bytes`, () => brokenPromise(bytes.subarray(0, end), end % 3 === 0))
    } else if (bytes.length <= cutBytesMax && ++large <= cutFiles)
      for (let i = 0; i < cutsPerFile; i++, cuts++) {
        const [from, to] = [pick(bytes.length), pick(bytes.length)].toSorted((a, b) => a - b) as [number, number] // two of two
        const cut = i % 2 === 0 ? bytes.subarray(from, to) : Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)])
        attempt(file, `cut at ${from} and ${to}, ${i % 2 === 0 ? 'the middle' : 'the ends'} kept`, () => brokenPromise(cut, i % 3 === 0))
      }
  }
  return {files: files.length, prefixes, cuts, printed, failures}
}

/** One in so many files of GOROOT/src is taken; `npm test` takes fewer. */
const step = 4

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const goroot = execFileSync('go', ['env', 'GOROOT'], {encoding: 'utf8'}).trim()
  const files = filesBelow(join(goroot, 'src'), ['.go']).filter((_, index) => index % step === 1)
  const {prefixes, cuts, printed, failures} = robustness(files, {cutsPerFile: 1000, prefixFiles: 300, cutFiles: 60})
  const count = (value: number) => value.toLocaleString('en-US')
  console.log(
    `${count(printed)} files printed and parsed again, ${count(prefixes)} prefixes, ${count(cuts)} cuts: ${failures.length} failures`,
  )
  for (const line of failures.slice(0, 50)) console.log(`  ${line}`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
