// All pairs of flags on one profile, in interactive sessions of pprof that make many reports each, beside ours. What a session shows to differ it is
// asked again many times, and then the command line; every fiftieth of what it shows to be the same is asked of the command line too.
import {createHash} from 'node:crypto'
import {sampleFlag, type Pair} from '../../src/operations/testing/pprof-flags.ts'
import {Answers, compare, type Comparison} from '../../src/operations/testing/pprof-oracle.ts'
import {OurSession, usingTheirSession} from '../../src/operations/testing/pprof-session.ts'
import type {LineCache} from './line-cache.ts'

/** Reports of one session; their text lies on the disk until the session ends. */
const sessionRuns = 120
/** One in so many that agree in a session is asked of the command line as well. */
export const spotCheckEvery = 50
/** How often a session is asked the same where it differs from ours. */
const repeats = 16

export interface Different {
  readonly args: readonly string[]
  /** pprof does not print the same each time it is asked. */
  readonly unstable: boolean
  readonly difference: string
}

export interface Tally {
  runs: number
  same: number
  refused: number
  among: number
  reordered: number
  /** Of the runs, those that were asked of the command line after a session agreed, and those of them in which it printed something else. */
  checked: number
  checkedOther: number
  readonly different: Different[]
}

export const tally = (): Tally => ({runs: 0, same: 0, refused: 0, among: 0, reordered: 0, checked: 0, checkedOther: 0, different: []})

export function addTally(to: Tally, from: Tally): void {
  for (const name of ['runs', 'same', 'refused', 'among', 'reordered', 'checked', 'checkedOther'] as const) to[name] += from[name]
  to.different.push(...from.different)
}

export function count(into: Tally, result: Comparison): void {
  into.runs++
  if (result.refused) into.refused++
  else if (result.same) into.same++
  else if (result.among) into.among++
  else if (result.reordered) into.reordered++
  else into.different.push({args: result.args, unstable: result.unstable, difference: result.difference})
}

export const argsOf = ({report, load, flags}: Pair): string[] => [report, ...flags, ...load]

const hashOf = (bytes: Buffer | undefined): string => (bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex'))

/** Sessions that show `pairs`: those with the same files and flags of reading, so many at a time. */
export function sessionsOf(pairs: readonly Pair[]): Pair[][] {
  const byLoad = new Map<string, Pair[]>()
  for (const pair of pairs) byLoad.set(pair.load.join('\n'), [...(byLoad.get(pair.load.join('\n')) ?? []), pair])
  return [...byLoad.values()].flatMap(group =>
    Array.from({length: Math.ceil(group.length / sessionRuns)}, (_, index) => group.slice(index * sessionRuns, (index + 1) * sessionRuns)),
  )
}

/** Hashes of what pprof answers in one session, '' where it refuses: kept, because they do not change with our code. */
async function theirHashes(
  group: readonly Pair[],
  root: string,
  key: string,
  answers: LineCache<readonly string[]>,
): Promise<readonly string[]> {
  const known = answers.get(key)
  if (known !== undefined) return known
  const hashes = await usingTheirSession(group[0]!.load, group, root, hashOf)
  answers.set(key, hashes)
  return hashes
}

/** One session of pairs with the same load; `key` names it and what pprof reads in it. */
export async function compareSession(
  group: readonly Pair[],
  root: string,
  key: string,
  answers: LineCache<readonly string[]>,
): Promise<Tally> {
  const result = tally()
  const load = group[0]!.load
  const session = new OurSession(load, root)
  const [theirs, mine] = await Promise.all([theirHashes(group, root, key, answers), ourHashes(session, group)])
  const refusedAlone = await flagsRefused(session, group)
  const doubtful: Pair[] = []
  for (const [index, pair] of group.entries()) {
    // A session passes over a setting that it refuses; the command line ends there.
    const bothRefuse = mine[index] === '' && pair.flags.some(flag => refusedAlone.has(flag))
    if (mine[index] !== theirs[index] && !bothRefuse) {
      doubtful.push(pair)
      continue
    }
    result.runs++
    if (mine[index] === '') result.refused++
    else result.same++
    // Which of them are checked depends on the pair only.
    if (Number.parseInt(hashOf(Buffer.from(argsOf(pair).join(' '))).slice(0, 8), 16) % spotCheckEvery !== 0) continue
    const check = await compare(argsOf(pair), root)
    result.checked++
    if (check.same || check.refused || check.among || check.reordered) continue
    result.checkedOther++
    result.different.push({args: check.args, unstable: check.unstable, difference: check.difference})
  }
  for (const pair of doubtful) {
    const verdict = await askedAgain(pair, await session.run(pair).catch(() => undefined), root)
    if (verdict === undefined) count(result, await compare(argsOf(pair), root))
    else {
      result.runs++
      result[verdict]++
    }
  }
  return result
}

/** Flags that ask for a sample type which the profile does not have. That pprof refuses each of them too is seen when flags are compared alone. */
async function flagsRefused(session: OurSession, group: readonly Pair[]): Promise<ReadonlySet<string>> {
  const refused = new Set<string>()
  for (const flag of new Set(group.flatMap(pair => pair.flags))) {
    if (sampleFlag.test(flag) && (await session.run({report: '-comments', flags: [flag]}).catch(() => undefined)) === undefined)
      refused.add(flag)
  }
  return refused
}

/** The verdict of a session that makes the same report many times; undefined where it does not explain ours. */
async function askedAgain(pair: Pair, ours: Buffer | undefined, root: string): Promise<'same' | 'among' | 'reordered' | undefined> {
  if (ours === undefined) return undefined
  const same: Pair[] = Array.from({length: repeats}, () => pair)
  const all: Answers[] = []
  const answered = await usingTheirSession(pair.load, same, root, answer => {
    if (answer !== undefined && all[0] === undefined) all.push(new Answers(ours, answer))
    else if (answer !== undefined) all[0]?.add(answer)
    return answer !== undefined
  })
  const verdict = answered.includes(false) ? undefined : all[0]?.verdict()
  return verdict === 'different' || verdict === 'varies' ? undefined : verdict
}

async function ourHashes(session: OurSession, group: readonly Pair[]): Promise<string[]> {
  const hashes: string[] = []
  for (const pair of group) {
    hashes.push(await session.run(pair).then(hashOf, () => 'a bug'))
    // Lets what pprof's process says be read.
    await new Promise(done => setImmediate(done))
  }
  return hashes
}
