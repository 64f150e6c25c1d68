// Runs rules over the packages of a module. A failing rule becomes a note and stops nothing else; nothing is reported of a file whose language
// version, or of a program whose behaviour, lies outside a rule's range.
import type {Note} from '../../findings/envelope.ts'
import type {Fix} from '../../findings/finding.ts'
import type {ProgramDefaults} from '../../go/load/api.ts'
import type {CallExpr, Node} from '../../go/syntax/ast.ts'
import type {CheckedPackage} from './checked-package.ts'
import {messageOf} from './hazards.ts'
import {type PackageFacts, packageFacts} from './package-pass.ts'
import type {FactPlace, ReportOptions} from './pass.ts'
import {minorVersion, programOf, programVersion} from './program-version.ts'
import type {CallCounts, PackageFindings, Report} from './report.ts'
import type {ModuleRule, Rule, RuleData} from './rule.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- rules of all message types run side by side; report checks the message id at run time
export type RunnableRule = Rule<any> | ModuleRule<any, any>

/** A question a rule asked, with its answer in words; for `gotriage why`. */
export interface Asked {
  readonly ruleId: string
  readonly question: 'callsMethod' | 'callsFunction' | 'calleeName' | 'typeText' | 'isConversion'
  readonly answer: string
  /** No answer could be given. */
  readonly unknown: boolean
  /** Of what it was asked; made when it is called. */
  about(): {readonly place: FactPlace; readonly text: string}
}
export type Watch = (asked: Asked) => void

/** `collect` and `run` of every rule on one package. */
export function runOnPackage(rules: readonly RunnableRule[], given: CheckedPackage, watch?: Watch): PackageFindings {
  const program = programOf(given)
  const checked: CheckedPackage = {...given, program}
  const shared = packageFacts(checked)
  const reports: Report[] = []
  const notes: Note[] = []
  const facts: Record<string, unknown> = {}
  const unsure: string[] = []
  const versions = Object.fromEntries(checked.files.map(file => [file.path, file.state.version]))
  const generated = new Set(checked.files.flatMap(file => (file.generated ? [file.path] : [])))
  /** The next run of its generator writes over a file: what is fixed there is fixed for nobody. */
  const inHand = (fix: Fix): Fix => (fix.edits.some(edit => generated.has(edit.file)) ? {...fix, kind: 'suggestion'} : fix)
  for (const rule of rules) {
    if (!holdsForProgram(rule, program)) continue
    let unknowns = 0
    const answers = watched(shared, () => unknowns++, watch && (asked => watch({...asked, ruleId: rule.id})))
    try {
      if ('run' in rule)
        rule.run({
          ...answers,
          report(node: Node, message: string, options: ReportOptions = {}) {
            const related = (options.related ?? []).map(({node: other, label}) => ({place: shared.place(other), label}))
            push(shared.place(node), message, [...related, ...(options.relatedAt ?? [])], options)
          },
          reportAt: (place, message, options = {}) => push(place, String(message), options.relatedAt ?? [], options),
        })
      else {
        const fact: unknown = rule.collect({...answers, report: neverReports, reportAt: neverReports})
        if (fact !== undefined) facts[rule.id] = fact
      }
    } catch (error) {
      notes.push(failed(rule, checked.types.path, error))
    }
    if (unknowns > 0) unsure.push(rule.id)
    function push(place: FactPlace, message: string, related: Report['related'], options: Omit<ReportOptions, 'related'>): void {
      if (!holdsFor(rule, versions[place.file] ?? 0)) return
      reports.push(reportOf(rule, message, place, related, {...options, ...(options.fixes && {fixes: options.fixes.map(inHand)})}))
    }
  }
  return {
    packagePath: checked.types.path,
    reports,
    facts,
    notes,
    calls: callCounts(shared),
    unsure,
    versions,
    ...(program === undefined ? {} : {program}),
  }
}

/** `conclude` of the rules that need the module, and every report in one list. */
export function concludeModule(
  rules: readonly RunnableRule[],
  packages: readonly PackageFindings[],
): {readonly reports: readonly Report[]; readonly notes: readonly Note[]} {
  const reports = packages.flatMap(one => one.reports)
  const notes = packages.flatMap(one => one.notes)
  for (const rule of rules) {
    if ('run' in rule) continue
    const facts = packages.flatMap(({packagePath, facts: all}) => (rule.id in all ? [{packagePath, fact: all[rule.id]}] : []))
    const version = (file: string) => packages.find(one => file in one.versions)?.versions[file] ?? 0
    try {
      rule.conclude(
        {
          report(place, message, options = {}) {
            if (holdsFor(rule, version(place.file))) reports.push(reportOf(rule, String(message), place, options.related ?? [], options))
          },
        },
        facts,
      )
    } catch (error) {
      notes.push(failed(rule, 'the module', error))
    }
  }
  return {reports, notes}
}

function reportOf(
  rule: RunnableRule,
  message: string,
  place: FactPlace,
  related: Report['related'],
  {data = {}, fixes = [], confidence, severity}: Omit<ReportOptions, 'related'>,
): Report {
  const quoted = Object.fromEntries(Object.entries(data).map(([name, text]) => [name, quotable(text)]))
  messageOf(rule, {message, data: quoted}) // a message that cannot be filled in fails here, as this rule's failure
  const overrides = {...(confidence === undefined ? {} : {confidence}), ...(severity === undefined ? {} : {severity})}
  return {ruleId: rule.id, message, place, related, data: quoted, fixes, ...overrides}
}

/** Source of a message, in characters: who wants the rest has the place. */
const quotedMax = 200

/** Source text as a sentence can hold it: on one line, and not a whole function. */
function quotable(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length <= quotedMax ? line : `${line.slice(0, quotedMax).replace(/[\ud800-\udbff]$/, '')}…`
}

const neverReports = () => {
  throw new Error('Bug: collect reported')
}

const failed = (rule: RunnableRule, where: string, error: unknown): Note => ({
  code: 'rule-failed',
  message: `${rule.id} failed on ${where} and is left out there: ${error instanceof Error ? error.message : String(error)}`,
})

const inRange = (range: RuleData<string>['go'], version: number): boolean =>
  version === 0 ||
  range === undefined ||
  (version >= minorVersion(range.min) && (range.max === undefined || version < minorVersion(range.max)))

/** The versions of Go a rule holds for, where they leave one out; undefined when it holds for it. */
export function versionGate(
  rule: RunnableRule,
  versions: {readonly file: number; readonly program: ProgramDefaults | undefined},
): string | undefined {
  if (rule.go === undefined) return undefined
  const {min, max, by} = rule.go
  const version = by === undefined ? versions.file : programVersion(versions.program, by)
  if (inRange(rule.go, version)) return undefined
  const range = [...(min === undefined ? [] : [`from Go ${min}`]), ...(max === undefined ? [] : [`below Go ${max}`])].join(' and ')
  const said =
    by === undefined
      ? 'the language version of the file is'
      : `by the go line of the main module, with what its godebug lines say of ${by}, a program built here has the behaviour of`
  return `it holds ${range}, and ${said} 1.${version}`
}

const holdsFor = (rule: RunnableRule, fileVersion: number) => rule.go?.by !== undefined || inRange(rule.go, fileVersion)
const holdsForProgram = ({go}: RunnableRule, program: ProgramDefaults | undefined) =>
  go?.by === undefined || inRange(go, programVersion(program, go.by))

/** The same answers, with the unknown ones counted and, on request, all of them told. */
function watched(shared: PackageFacts, unknown: () => void, watch: ((asked: Omit<Asked, 'ruleId'>) => void) | undefined): PackageFacts {
  const counted = <A extends readonly [CallExpr, ...string[]], R>(ask: (...args: A) => R) => {
    return (...args: A): R => {
      const answer = ask(...args)
      if (answer === 'unknown') unknown()
      return answer
    }
  }
  const answers: PackageFacts = {...shared, callsMethod: counted(shared.callsMethod), callsFunction: counted(shared.callsFunction)}
  if (watch === undefined) return answers
  const tell = (question: Asked['question'], about: Node, answer: string, isUnknown: boolean) =>
    watch({question, answer, unknown: isUnknown, about: () => ({place: shared.place(about), text: shared.text(about)})})
  return {
    ...answers,
    callsMethod(call, type, name) {
      const answer = answers.callsMethod(call, type, name)
      tell('callsMethod', call, `${name} of ${type}: ${answer}`, answer === 'unknown')
      return answer
    },
    callsFunction(call, name) {
      const answer = answers.callsFunction(call, name)
      tell('callsFunction', call, `${name}: ${answer}`, answer === 'unknown')
      return answer
    },
    calleeName(call) {
      const name = shared.calleeName(call)
      tell('calleeName', call, name ?? 'unknown, or without a name', shared.calleeOf(call) === undefined)
      return name
    },
    typeText(expr) {
      const text = shared.typeText(expr)
      tell('typeText', expr, text ?? 'unknown', text === undefined)
      return text
    },
    isConversion(call) {
      const answer = shared.isConversion(call)
      tell('isConversion', call, answer, answer === 'unknown')
      return answer
    },
  }
}

function callCounts(facts: PackageFacts): CallCounts {
  let [total, unknown, intoC] = [0, 0, 0]
  for (const call of facts.nodes('CallExpr')) {
    if (facts.isConversion(call) === 'yes') continue
    let fun = call.fun
    while (fun.kind === 'ParenExpr') fun = fun.x
    const callee = facts.calleeOf(call)
    if (callee?.kind === 'Builtin') continue
    total++
    if (fun.kind === 'SelectorExpr' && fun.x.kind === 'Ident' && fun.x.name === 'C' && facts.objectOf(fun.x)?.kind === 'PkgName') intoC++
    else if (callee === undefined && facts.typeOf(fun) === undefined) unknown++
  }
  return {total, unknown, intoC}
}
