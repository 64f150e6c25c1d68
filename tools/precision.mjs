// What docs/precision holds: for each rule the findings that were judged, one row a finding by its fingerprint. Rows count up to the first
// `## ` heading; below it stand earlier judgements, of earlier forms of the rule. A rule without a page, or without rows, has n = 0.
import {existsSync, readdirSync, readFileSync} from 'node:fs'

/** The rules' folders under a checkout, with what each rule.ts says of itself. */
export function ruleFacts(root) {
  return readdirSync(`${root}src/rules`)
    .filter(id => existsSync(`${root}src/rules/${id}/rule.ts`))
    .map(id => {
      const source = readFileSync(`${root}src/rules/${id}/rule.ts`, 'utf8')
      const value = key => new RegExp(`^  ${key}: (?:'([^'\\n]*)'|"([^"\\n]*)")`, 'm').exec(source)?.slice(1).find(Boolean) ?? ''
      return {id, title: value('title'), severity: value('severity'), preset: value('preset')}
    })
}

/** `n` findings of the rule on the judged code, and the rows of those that were judged. */
export function judgementsOf(root, id) {
  const file = `${root}docs/precision/${id}.md`
  if (!existsSync(file)) return {n: 0, rows: [], page: false}
  const current = readFileSync(file, 'utf8').split('\n## ')[0] ?? ''
  const n = Number(/\bn = (\d+)/.exec(current)?.[1] ?? 0)
  const rows = current.split('\n').flatMap(line => {
    if (!line.startsWith('- v1:')) return []
    const row = /^- (?<fingerprint>v1:[0-9a-f]{24}) (?<place>\S.*:\d+): (?<verdict>true|style|false)(?:, (?<reason>.+))?$/.exec(
      line,
    )?.groups
    if (row === undefined) throw new Error(`docs/precision/${id}.md: not a row: ${line}`)
    return [{...row}]
  })
  return {n, rows, page: true}
}

/** Lower bound of Wilson's 95 % interval for `hits` of `of`; 0 for none. */
export function wilson(hits, of) {
  if (of === 0) return 0
  const z = 1.96
  const p = hits / of
  return (p + (z * z) / (2 * of) - z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of)
}

/**
 * The figures of one rule: how many judged findings are true, style and false, and the bound of true. A finding counts as it was judged; a false
 * one whose reason begins with "(mended, " came of a form of the rule that is no more.
 */
export function figuresOf({n, rows}) {
  const count = verdict => rows.filter(row => row.verdict === verdict).length
  const falseMended = rows.filter(row => row.verdict === 'false' && row.reason?.startsWith('(mended, ')).length
  return {
    n,
    judged: rows.length,
    true: count('true'),
    style: count('style'),
    false: count('false'),
    falseMended,
    bound: wilson(count('true'), rows.length),
  }
}

const mendedOf = ({false: all, falseMended}) =>
  falseMended === 0 ? '' : ` (${falseMended === all ? '' : `${falseMended} of them `}mended since)`

const percent = bound => `${Math.round(bound * 100)} %`

/** The first line of a page in docs/precision, up to where somebody's words begin. */
export const headOf = (figures, preset) =>
  `n = ${figures.n}, judged ${figures.judged}: true ${figures.true}, style ${figures.style}, false ${figures.false}${mendedOf(figures)}; Wilson 95 % lower bound of true ${percent(figures.bound)}. Preset ${preset}`

/** Rules that came after the last run over real code: that they found nothing there would be untrue. */
const notYetRun = new Set(['http-server-no-timeout', 'semaphore-kept'])

/** What the page of a rule says under "How sure". */
export const sureLine = (figures, preset, id) =>
  figures.n === 0 && notYetRun.has(id)
    ? `Not judged on real code yet. Preset \`${preset}\`.`
    : figures.n === 0
      ? `Judged on real code: n = 0, the rule found nothing there. Preset \`${preset}\`.`
      : `Judged on real code: n = ${figures.n}, of ${figures.judged} judged ${figures.true} true, ${figures.style} style, ${figures.false} false${mendedOf(figures)}; Wilson 95 % lower bound of true ${percent(figures.bound)}. Preset \`${preset}\`.`

/** A row of the table in docs/precision/README.md. */
export const tableRow = (id, figures, preset) =>
  `| ${id} | ${figures.n} | ${figures.judged} | ${figures.true} | ${figures.style} | ${figures.false} | ${percent(figures.bound)} | ${preset} |`
