// `gotriage why ID FILE:LINE`: the path by which a rule fired there, or the reason it stayed silent. The rule runs as in `check`, watched.
import {errors} from '../base/errors.ts'
import type {Host} from '../base/host.ts'
import {nearest} from '../base/nearest.ts'
import type {Task} from '../base/progress.ts'
import {type Asked, type RunnableRule, versionGate} from '../analysis/engine/run-rules.ts'
import {presetRank} from '../analysis/engine/rule.ts'
import {suppressionRules} from '../analysis/suppression/apply-directives.ts'
import {confidenceWord, type Finding, type Hazard} from '../findings/finding.ts'
import {check, type CheckRequest} from './check.ts'
import {findConfig} from './check-config.ts'
import {allRules, type ModuleRun, runModule, shownPath} from './check-module.ts'

export interface WhyRequest extends Pick<CheckRequest, 'preset' | 'tags' | 'platforms' | 'tests' | 'config' | 'baseline'> {
  readonly ruleId: string
  /** `FILE:LINE`, a column behind it is left unread. */
  readonly at: string
}

export interface Why {
  readonly ruleId: string
  readonly file: string
  readonly line: number
  readonly verdict: 'fires' | 'suppressed' | 'silent'
  /** What holds the rule back here or would hide its finding; empty when it fires and is shown. */
  readonly reasons: readonly string[]
  /** Findings of the rule that have a place on the line. */
  readonly findings: readonly Hazard[]
  /** Questions the rule asked of what starts on the line, with the answers. */
  readonly asked: readonly {readonly text: string; readonly question: string; readonly answer: string; readonly unknown: boolean}[]
}

/** Questions kept for one line; a rule that walks in rounds asks the same again, which is kept once. */
const askedMax = 200
/** Lines told one by one. */
const linesMax = 8

export async function why(
  request: WhyRequest,
  host: Host,
  task: Task,
  registry: readonly RunnableRule[] = allRules,
): Promise<{readonly why: Why; readonly text: string}> {
  const {file, line} = placeOf(request.at, host)
  const rule = ruleOf(request.ruleId, registry)
  if ((await host.stat(file)) === undefined) throw errors.notFound(file)
  const lines = new TextDecoder().decode(await host.readFile(file)).split('\n').length
  if (line > lines) throw errors.usage(`${file} ends at line ${lines}`, 'Name a line of the file.')
  const asked = new Map<string, Why['asked'][number]>()
  const watch = (one: Asked) => {
    if (asked.size >= askedMax) return
    const {place, text} = one.about()
    if (place.file !== file || place.line !== line) return
    const entry = {text: text.split('\n', 1)[0] ?? '', question: one.question, answer: one.answer, unknown: one.unknown}
    asked.set(JSON.stringify(entry), entry)
  }
  const runs: ModuleRun[] = []
  const slash = file.lastIndexOf('/')
  const own = slash < 0 ? '.' : file.startsWith('/') ? file.slice(0, slash) : `./${file.slice(0, slash)}`
  const {ruleId, at: _, preset: __, ...rest} = request
  // The path is within the module for rules that conclude from all of it; else the package of the file is enough.
  const checked = await check({...rest, ruleIds: [ruleId], patterns: 'run' in rule ? [own] : ['./...', own]}, host, task, {
    registry,
    run: async (moduleRequest, inHost, inTask) => {
      const run = await runModule(moduleRequest, inHost, inTask, {watch})
      runs.push(run)
      return run
    },
  })
  const findings = checked.envelope.findings.filter(
    (finding): finding is Hazard =>
      finding.kind === 'hazard' &&
      finding.id === ruleId &&
      finding.places.some(place => place.file === file && place.line <= line && line <= (place.endLine ?? place.line)),
  )
  const primary = findings.filter(finding => finding.places[0]?.file === file && finding.places[0].line === line)
  const config = await findConfig(
    host,
    request.config,
    [...registry, ...suppressionRules].map(one => one.id),
  )
  const shown = primary.filter(finding => finding.suppressed === undefined)
  const unknown = [...asked.values()].filter(one => one.unknown)
  const reasons = [
    ...notRun(rule, request, config.config),
    ...(primary.length > 0
      ? primary.flatMap(suppression)
      : silence(rule, {file, findings, runs, unknown: unknown.length, asked: asked.size})),
    ...(findings.length > 0 ? [] : elsewhere(checked.envelope.findings, ruleId, file)),
  ]
  const answer: Why = {
    ruleId,
    file,
    line,
    verdict: shown.length > 0 ? 'fires' : primary.length > 0 ? 'suppressed' : 'silent',
    reasons,
    findings,
    asked: [...asked.values()],
  }
  return {why: answer, text: whyText(answer)}
}

function placeOf(at: string, host: Host): {readonly file: string; readonly line: number} {
  const [, path, line] = /^(.+?):([1-9]\d{0,8})(?::\d+)?$/.exec(at) ?? []
  if (path === undefined || line === undefined) throw errors.usage(`"${at}" is no place`, 'Write FILE:LINE, like cart/cart.go:42.')
  return {file: shownPath(path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, ''), host.cwd), line: Number(line)}
}

function ruleOf(id: string, registry: readonly RunnableRule[]): RunnableRule {
  const rule = registry.find(one => one.id === id)
  if (rule !== undefined) return rule
  if (suppressionRules.some(one => one.id === id))
    throw errors.usage(`${id} is no rule that reads code`, 'It is about comments that silence findings; see "gotriage explain".')
  const near = nearest(
    id,
    registry.map(one => one.id),
  )
  throw errors.usage(`there is no rule "${id}"`, near === undefined ? 'See "gotriage explain" for the list.' : `Did you mean "${near}"?`)
}

/** Why a plain `gotriage check` would not even run the rule. */
function notRun(rule: RunnableRule, request: WhyRequest, config: Awaited<ReturnType<typeof findConfig>>['config']): string[] {
  const value = config.rules[rule.id]
  if (value === 'off') return ['gotriage.yaml switches the rule off']
  if (value !== undefined) return []
  const preset = request.preset ?? config.preset ?? 'default'
  return presetRank[rule.preset] <= presetRank[preset]
    ? []
    : [
        rule.preset === 'evidence'
          ? `no preset runs it, because it is a guess without a capture: use --rules ${rule.id}, or gotriage diagnose`
          : `the preset ${preset} does not run it: use --preset ${rule.preset} or --rules ${rule.id}`,
      ]
}

const suppression = ({suppressed}: Hazard): string[] =>
  suppressed === undefined ? [] : [`its finding is suppressed by ${suppressed.by}: ${suppressed.reason}`]

/** Lines of the same file on which the rule fires: the one that is meant may have moved. */
function elsewhere(findings: readonly Finding[], ruleId: string, file: string): string[] {
  const lines = [...new Set(findings.flatMap(one => (one.id === ruleId && one.places[0]?.file === file ? [one.places[0].line] : [])))]
  if (lines.length === 0) return []
  const shown = lines.slice(0, linesMax).join(', ')
  return [`in this file it fires on line ${shown}${lines.length > linesMax ? ` and ${lines.length - linesMax} more` : ''}`]
}

interface Silence {
  readonly file: string
  readonly findings: readonly Hazard[]
  readonly runs: readonly ModuleRun[]
  readonly unknown: number
  readonly asked: number
}

/** Why the rule found nothing on the line, the surest reason first. */
function silence(rule: RunnableRule, {file, findings, runs, unknown, asked}: Silence): string[] {
  const around = findings[0]?.places[0]
  if (around !== undefined) return [`its finding at ${around.file}:${around.line} covers or mentions this line`]
  const packages = runs.flatMap(run => run.packages)
  const own = packages.filter(one => one.files.includes(file))
  if (own.length === 0)
    return [
      `the file takes no part in the build for ${runs.map(run => run.platform).join(', ')}: its name, a build constraint, or --tests=false leaves it out`,
    ]
  const gates = own.flatMap(one => versionGate(rule, {file: one.findings.versions[file] ?? 0, program: one.findings.program}) ?? [])
  if (gates.length > 0) return [...new Set(gates)]
  const failed = own.flatMap(one => one.findings.notes.filter(note => note.code === 'rule-failed').map(note => note.message))
  if (failed.length > 0) return failed
  const missing = [...new Set(own.flatMap(one => one.missing))]
  const reasons = [
    ...(unknown > 0 ? [`${unknown} of its questions about this line had no answer, and it claims nothing it does not know`] : []),
    ...(missing.length > 0
      ? [`imports of this package lead to nothing here, so types are missing: ${missing.slice(0, 5).join(', ')}`]
      : []),
    ...(asked === 0
      ? [`it asked nothing about calls or types on this line: by its syntax it is not what the rule looks for (${rule.title})`]
      : unknown < asked
        ? ['the answers below do not make what it reports']
        : []),
  ]
  return reasons
}

function whyText({ruleId, file, line, verdict, reasons, findings, asked}: Why): string {
  const word = {fires: 'fires', suppressed: 'fires, but is not shown', silent: 'is silent'}[verdict]
  const lines = [`${file}:${line}: ${ruleId} ${word}`]
  for (const reason of reasons) lines.push(`  ${verdict === 'fires' ? 'but:  ' : 'reason:'} ${reason}`)
  for (const finding of findings) {
    const [first] = finding.places
    if (first?.file !== file || first.line !== line) continue
    lines.push(
      `  what:   ${finding.what}`,
      `  why:    ${finding.why}`,
      `  sure:   ${confidenceWord(finding.confidence)} (${finding.confidence})`,
    )
    for (const place of finding.places.slice(1))
      lines.push(`  path:   ${place.file}:${place.line}${place.label === undefined ? '' : ` ${place.label}`}`)
  }
  for (const one of asked) lines.push(`  asked:  ${one.text} → ${one.question} ${one.answer}`)
  return `${lines.join('\n')}\n`
}
