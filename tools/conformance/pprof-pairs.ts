// All pairs of flags on one profile, in interactive sessions of pprof that make many reports each, beside ours. What a session shows to differ it is
// asked again many times, and then the command line; every fiftieth of what it shows to be the same is asked of the command line too.
import {createHash} from 'node:crypto'
import {sampleFlag, type Pair} from '../../src/operations/testing/pprof-flags.ts'
import {Answers, compare, NoAnswer, ours, type Comparison, type Outcome} from '../../src/operations/testing/pprof-oracle.ts'
import {OurSession, usingTheirSession} from '../../src/operations/testing/pprof-session.ts'
import type {LineCache} from './line-cache.ts'

/** Reports of one session; their text lies on the disk until the session ends. */
const sessionRuns = 120
/** Of profiles that take pprof half a minute a report: what a session has not answered when its time is over is asked for one by one. */
const sessionRunsOfLargest = 8
const isLargest = ({load}: Pair) => load.some(arg => /large\.cpu/.test(arg))
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
  /** Arguments of runs that pprof did not end in its time. */
  readonly unanswered: (readonly string[])[]
}

export const tally = (): Tally => ({
  runs: 0,
  same: 0,
  refused: 0,
  among: 0,
  reordered: 0,
  checked: 0,
  checkedOther: 0,
  different: [],
  unanswered: [],
})

export function addTally(to: Tally, from: Tally): void {
  for (const name of ['runs', 'same', 'refused', 'among', 'reordered', 'checked', 'checkedOther'] as const) to[name] += from[name]
  to.different.push(...from.different)
  to.unanswered.push(...from.unanswered)
}

function count(into: Tally, result: Comparison): void {
  into.runs++
  if (result.refused) into.refused++
  else if (result.same) into.same++
  else if (result.among) into.among++
  else if (result.reordered) into.reordered++
  else into.different.push({args: result.args, unstable: result.unstable, difference: result.difference})
}

export const argsOf = ({report, load, flags}: Pair): string[] => [report, ...flags, ...load]

const hashOf = (bytes: Buffer | undefined): string => (bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex'))
/** In the place of a hash. */
const noAnswer = 'no answer'

/** Sessions that show `pairs`: those with the same files and flags of reading, so many at a time. */
export function sessionsOf(pairs: readonly Pair[]): Pair[][] {
  const byLoad = new Map<string, Pair[]>()
  for (const pair of pairs) byLoad.set(pair.load.join('\n'), [...(byLoad.get(pair.load.join('\n')) ?? []), pair])
  return [...byLoad.values()].flatMap(group => {
    const runs = isLargest(group[0]!) ? sessionRunsOfLargest : sessionRuns
    return Array.from({length: Math.ceil(group.length / runs)}, (_, index) => group.slice(index * runs, (index + 1) * runs))
  })
}

/** What pprof said and what was found, kept from run to run. Neither depends on our code but through what it prints, which is in the key of a verdict. */
export interface Kept {
  /** Hashes of what pprof answers in one session, '' where it refuses. */
  readonly answers: LineCache<readonly string[]>
  readonly verdicts: LineCache<Tally>
}

async function theirHashes(group: readonly Pair[], root: string, key: string, {answers}: Kept): Promise<readonly string[]> {
  const known = answers.get(key)
  if (known !== undefined) return known
  const hashes = await usingTheirSession(group[0]!.load, group, root, hashOf, () => noAnswer)
  answers.set(key, hashes)
  return hashes
}

const keyOf = (...parts: readonly string[]) => createHash('sha256').update(parts.join('\0')).digest('hex')
const outcomeKey = ({stdout, failed, bug}: Outcome): string => (failed ? `failed ${bug === true}` : hashOf(stdout))

/** Pairs that a session cannot show. */
export async function compareAlone(pair: Pair, root: string, key: string, {verdicts}: Kept): Promise<Tally> {
  const mine = await ours(argsOf(pair), root)
  return kept(verdicts, keyOf('alone', key, outcomeKey(mine)), async result => compareOne(pair, root, mine, result))
}

async function kept(verdicts: LineCache<Tally>, key: string, find: (result: Tally) => Promise<void>): Promise<Tally> {
  const known = verdicts.get(key)
  if (known !== undefined) return known
  const result = tally()
  await find(result)
  verdicts.set(key, result)
  return result
}

async function compareOne(pair: Pair, root: string, mine: Outcome | undefined, result: Tally): Promise<void> {
  const args = argsOf(pair)
  try {
    count(result, await compare(args, root, mine === undefined ? undefined : Promise.resolve(mine)))
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    result.unanswered.push(args)
  }
}

/** Which of them are checked depends on the pair only. */
const isChecked = (pair: Pair) => Number.parseInt(hashOf(Buffer.from(argsOf(pair).join(' '))).slice(0, 8), 16) % spotCheckEvery === 0

/** One session of pairs with the same load; `key` names it and what pprof reads in it. */
export async function compareSession(group: readonly Pair[], root: string, key: string, caches: Kept): Promise<Tally> {
  const session = new OurSession(group[0]!.load, root)
  const [theirs, mine] = await Promise.all([theirHashes(group, root, key, caches), ourHashes(session, group)])
  const refusedAlone = await flagsRefused(session, group)
  const checks = new Map<Pair, Outcome>()
  const doubtful: Pair[] = []
  for (const [index, pair] of group.entries()) {
    // A session passes over a setting that it refuses; the command line ends there.
    const bothRefuse = mine[index] === '' && pair.flags.some(flag => refusedAlone.has(flag))
    if (theirs[index] !== noAnswer && mine[index] !== theirs[index] && !bothRefuse) doubtful.push(pair)
    else if (theirs[index] !== noAnswer && isChecked(pair)) checks.set(pair, await ours(argsOf(pair), root))
  }
  return kept(caches.verdicts, keyOf('session', key, ...mine, ...refusedAlone, ...[...checks.values()].map(outcomeKey)), async result => {
    for (const [index, pair] of group.entries()) {
      if (theirs[index] === noAnswer) result.unanswered.push(argsOf(pair))
      if (theirs[index] === noAnswer || doubtful.includes(pair)) continue
      result.runs++
      if (mine[index] === '') result.refused++
      else result.same++
      const check = checks.get(pair)
      if (check !== undefined) await checkOne(pair, root, check, result)
    }
    for (const pair of doubtful) {
      // The command line is asked only until it is known; sixteen answers would take a quarter of an hour.
      const verdict = isLargest(pair) ? undefined : await askedAgain(pair, await session.run(pair).catch(() => undefined), root)
      if (verdict === undefined) await compareOne(pair, root, undefined, result)
      else {
        result.runs++
        result[verdict]++
      }
    }
  })
}

/** What a session showed to be the same, by the command line. */
async function checkOne(pair: Pair, root: string, mine: Outcome, into: Tally): Promise<void> {
  const result = tally()
  await compareOne(pair, root, mine, result)
  into.checked += result.runs
  into.checkedOther += result.different.length
  into.different.push(...result.different)
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
async function askedAgain(pair: Pair, mine: Buffer | undefined, root: string): Promise<'same' | 'among' | 'reordered' | undefined> {
  if (mine === undefined) return undefined
  const same: Pair[] = Array.from({length: repeats}, () => pair)
  const all: Answers[] = []
  const keep = (answer: Buffer | undefined) => {
    if (answer !== undefined && all[0] === undefined) all.push(new Answers(mine, answer))
    else if (answer !== undefined) all[0]?.add(answer)
    return answer !== undefined
  }
  const answered = await usingTheirSession(pair.load, same, root, keep, () => false)
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
