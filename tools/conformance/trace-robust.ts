// `npm run conformance -- trace-robust`: damaged traces by the thousand. Every prefix of the small fixtures and 10,000 mutations must end in a TriageError
// that names a byte, or in a result that says whether it is complete; and what such a result begins with must not depend on what was cut off.
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {memorySource} from '../../src/base/byte-source.ts'
import {TriageError} from '../../src/base/errors.ts'
import {checkout} from '../../src/base/testing/needs.ts'
import {traceReport} from '../../src/evidence/trace/report.ts'

const smallBytes = 10_000
const mutations = 10_000
const folder = join(checkout, 'fixtures/traces')
const files = readdirSync(folder)
  .map(name => readFileSync(join(folder, name)))
  .filter(bytes => bytes.length <= smallBytes)
const counts = {prefixes: 0, mutations: 0, errors: 0, partial: 0, whole: 0, slowestMs: 0, problems: 0}

async function tryOut(bytes: Uint8Array, what: string): Promise<void> {
  const began = performance.now()
  try {
    const {end} = await traceReport(memorySource('trace', bytes))
    if (end.complete) counts.whole++
    else counts.partial++
    if (!end.complete && !/at byte \d+$/.test(end.error?.message ?? '')) problem(`${what}: "${end.error?.message}" names no byte`)
  } catch (error) {
    counts.errors++
    if (!(error instanceof TriageError)) problem(`${what}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
  }
  counts.slowestMs = Math.max(counts.slowestMs, Math.round(performance.now() - began))
}

function problem(text: string): void {
  counts.problems++
  if (counts.problems <= 20) console.log(text)
}

/** Numbers from a seed: the same mutations in every run. */
let state = 0x9e3779b9
function random(below: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % below
}

for (const bytes of files)
  for (let length = 0; length < bytes.length; length++) {
    counts.prefixes++
    await tryOut(bytes.subarray(0, length), `prefix ${length}`)
  }
for (let i = 0; i < mutations; i++) {
  counts.mutations++
  const original = files[random(files.length)]!
  let bytes = Uint8Array.from(original)
  for (let edit = random(4); edit >= 0; edit--) {
    const at = random(bytes.length)
    if (random(4) > 0) bytes[at] = random(256)
    else if (random(2) === 0) bytes.copyWithin(at, random(bytes.length), random(bytes.length))
    else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + random(8))])
    if (bytes.length === 0) break
  }
  await tryOut(bytes, `mutation ${i}`)
}
console.log(JSON.stringify({...counts, peakMb: Math.round(process.resourceUsage().maxRSS / 1024)}))
process.exitCode = counts.problems === 0 ? 0 : 1
