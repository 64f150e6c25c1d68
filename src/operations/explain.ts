// `gotriage explain ID`: the page of a rule, detector, cause, fact, release or myth.
import {errors} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import type {Fact} from '../knowledge/facts/fact.ts'
import {factOf, facts, factsOfRelease, releasesWithFacts} from '../knowledge/facts/facts.ts'
import type {Myth} from '../knowledge/myths/myth.ts'
import {mythOf, myths} from '../knowledge/myths/myths.ts'
import {pages} from './pages.generated.ts'

export interface Explained {
  readonly id: string
  readonly kind: string
  /** Markdown. */
  readonly text: string
}

/** Every id that can be explained: rules, detectors and causes, then facts, releases and myths. */
export const explainable = (): readonly string[] => [
  ...[...pages.keys()].sort(),
  ...facts.map(fact => fact.id).sort(),
  ...releasesWithFacts,
  ...myths.map(myth => myth.id),
]

export function explain(id: string): Explained {
  const found = pageOf(id) ?? pageOf(id.toLowerCase())
  if (found !== undefined) return found
  throw errors.usage(`nothing is called "${printable(id)}"`, hintFor(id))
}

function pageOf(id: string): Explained | undefined {
  const page = pages.get(id)
  if (page !== undefined) return {id, ...page}
  const myth = mythOf(id)
  if (myth !== undefined) return {id: myth.id, kind: 'myth', text: mythPage(myth)}
  const fact = factOf(id.replace(/^fact-/, ''))
  if (fact !== undefined) return {id: fact.id, kind: 'fact', text: factPage(fact)}
  const changed = factsOfRelease(id)
  const release = id.replace(/^(?:go)?/, 'go')
  return changed.length === 0 ? undefined : {id: release, kind: 'release', text: releasePage(release, changed)}
}

/** Where to look instead: a name that is nearly the same, or what speaks of the word. */
function hintFor(id: string): string {
  const plain = id.toLowerCase().replace(/^(?:myth|fact)-/, '')
  const known = explainable()
  const near = nearest(
    plain,
    known.map(one => one.toLowerCase()),
  )
  const called = near === undefined ? undefined : known.find(one => one.toLowerCase() === near)
  if (called !== undefined) return `Did you mean "${called}"?`
  const speaking = speakingOf(plain)
  if (speaking.length > 0) return `${speaking.map(one => `"${one}"`).join(', ')} ${speaking.length === 1 ? 'speaks' : 'speak'} of it.`
  return 'See the list with "gotriage explain".'
}

/** Names offered at once. */
const namesMax = 5
/** Shorter words are in too many texts to be of help. Unit: characters. */
const wordMin = 4

/** What has the word in its name, title or claim; names first. */
function speakingOf(word: string): string[] {
  if (word.length < wordMin) return []
  const titles: (readonly [string, string])[] = [
    ...[...pages].map(([id, page]) => [id, page.text.slice(0, page.text.indexOf('\n'))] as const),
    ...facts.map(fact => [fact.id, fact.title] as const),
    ...myths.map(myth => [myth.id, myth.claim] as const),
  ]
  const named = titles.filter(([id]) => id.toLowerCase().includes(word))
  const titled = titles.filter(([id, title]) => !id.toLowerCase().includes(word) && title.toLowerCase().includes(word))
  return [...named, ...titled].slice(0, namesMax).map(([id]) => id)
}

const printable = (id: string) => id.slice(0, 80)

const sourceLines = (sources: readonly string[]) => sources.map(source => `- ${sourceText(source)}\n`).join('')

/** `src/a.go: x, y` as a path and what to look for there. */
function sourceText(source: string): string {
  const [, path, what] = /^((?:go1\.\d+ )?(?:src|doc|api)\/\S+): (.+)$/.exec(source) ?? []
  return path === undefined || what === undefined ? source : `\`${path}\` (\`${what}\`)`
}

const verdicts: Readonly<Record<Myth['verdict'], string>> = {
  false: 'False.',
  outdated: 'Outdated: it used to be so.',
  inconsistent: 'Inconsistent: it disagrees with itself.',
  'partly true': 'Partly true.',
  'no basis': 'No basis: figures that nobody can reproduce.',
}

const mythPage = (myth: Myth): string =>
  `# ${myth.id}: a myth\n\n## What is said\n\n> ${myth.claim}\n\n## Verdict\n\n${verdicts[myth.verdict]}\n\n## What is true\n\n${myth.truth}\n\n` +
  `## Versions\n\n${myth.versions}\n\n## Sources\n\n${sourceLines(myth.sources)}`

const valueText = (fact: Fact) => (fact.value === undefined ? '' : `**${fact.value.number} ${fact.value.unit}.** `)

const litmusText = (fact: Fact) =>
  fact.litmus === undefined
    ? ''
    : `## Example\n\n\`\`\`go\n${fact.litmus.go}\`\`\`\n\nThe race detector ${fact.litmus.ordered ? 'has nothing to say' : 'reports it'}.\n\n`

const factPage = (fact: Fact): string =>
  `# ${fact.id}\n\n${fact.title}.\n\n## What\n\n${valueText(fact)}${fact.text}\n\n${litmusText(fact)}## Versions\n\n${fact.versions}\n\n## Sources\n\n${sourceLines(fact.sources)}`

const releasePage = (release: string, changed: readonly Fact[]): string =>
  `# ${release}\n\nWhat changed that a diagnosis depends on.\n\n${changed.map(fact => `- **${fact.title}** (\`${fact.id}\`). ${fact.text}\n`).join('')}`
