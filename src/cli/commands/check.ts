// gotriage check: thin; the work is operations/check.ts.
import {errors} from '../../base/errors.ts'
import type {ResultCache} from '../../base/result-cache.ts'
import type {OpenRevision} from '../../base/revision.ts'
import {asksForDeeperStack} from '../../base/stack-overflow.ts'
import {exitCodeOf, type FailOn} from '../../findings/exit-code.ts'
import type {Checked, CheckRequest, CheckServices, Preset} from '../../operations/check.ts'
import type {Based} from '../../operations/remembered-answer.ts'
import type {Command, CommandContext, Parsed} from '../command.ts'
import {generalFlags} from '../parse-args.ts'
import {asShortRun} from '../short-run.ts'
import {terminalText} from '../terminal-text.ts'

const formats = ['text', 'json', 'sarif', 'github', 'junit'] as const

export const command: Command = {
  name: 'check',
  summary: 'read Go source and report hazards: no toolchain, C compiler or build needed',
  usage: '[-C DIR] [PATTERN…]',
  flags: [
    {name: 'preset', value: 'PRESET', choices: ['default', 'strict', 'all'], help: 'how many rules run (default: default)'},
    {name: 'rules', value: 'ID,…', many: true, help: 'only these rules'},
    {name: 'tags', value: 'TAGS', help: 'build tags, separated by commas'},
    {name: 'platforms', value: 'OS/ARCH,…', many: true, help: 'check for each of these; findings of some only are labelled'},
    {name: 'tests', value: 'true|false', choices: ['true', 'false'], help: 'check test files too (default true)'},
    {name: 'config', value: 'FILE', help: 'gotriage.yaml to use; "none" for none (default: the nearest one up to go.mod or .git)'},
    {name: 'honour', value: 'TOOL,…', many: true, help: "also heed other tools' comments: nolint, lint"},
    {name: 'baseline', value: 'FILE', help: 'leave out the findings of this file'},
    {name: 'write-baseline', help: 'write the findings of this run to the file of --baseline, or of gotriage.yaml'},
    {name: 'new-from', value: 'REV', help: 'only findings on lines that are new since this git revision'},
    {name: 'hot', value: 'FILE', help: 'order findings by the share of this profile through their function; "auto" for default.pgo'},
    {name: 'fix', help: 'apply safe fixes, after checking the result in memory'},
    {name: 'diff', help: 'print what --fix would change, and change nothing'},
    {name: 'watch', help: 'check again whenever a source file below this directory changes, until Ctrl-C'},
    {name: 'no-cache', help: 'compute everything anew, and keep nothing for the next run'},
    {name: 'show-suppressed', help: 'print suppressed findings too, in text'},
    {name: 'format', value: 'FORMAT', choices: formats, help: 'text (default), json, sarif (2.1.0), github (annotations) or junit'},
    {name: 'o', value: 'FILE', help: 'write the answer to a file instead of stdout'},
  ],
  examples: [
    'gotriage check',
    'gotriage check -C service ./...',
    'gotriage check --rules map-unbounded-growth ./...',
    'gotriage check --platforms linux/amd64,windows/386 --format sarif -o gotriage.sarif',
    'gotriage check --new-from origin/main',
  ],
  async run(args, context) {
    if (!args.has('watch'))
      return args.has('no-cache') ? once(args, await asShortRun(context), await servicesOf(context)) : remembered(args, context)
    if (['fix', 'diff', 'write-baseline'].some(name => args.has(name)))
      throw errors.usage('--watch goes with none of --fix, --diff and --write-baseline', 'Leave one of them out.')
    const services = await servicesOf(context, args.has('no-cache') ? undefined : await cacheFor(context))
    const {changesBelow} = await import('../../host/node/changes-below.ts')
    const {checkAgain} = await import('../../operations/check-watch.ts')
    return checkAgain(
      () => onceDeeply(args, context, services),
      relevant => changesBelow(context.host.cwd, relevant, context.task.signal),
      line => context.note(terminalText(line)),
    )
  },
}

/** A round of its own on a deeper stack: what earlier rounds have printed does not come again. */
async function onceDeeply(args: Parsed, context: CommandContext, services: CheckServices): Promise<number> {
  try {
    return await once(args, context, services)
  } catch (error) {
    if (context.deeper === undefined || !asksForDeeperStack(error)) throw error
    const flagsEnd = args.words.includes('--') ? args.words.indexOf('--') : args.words.length
    return context.deeper(['check', ...args.words.toSpliced(flagsEnd, 0, '--watch=false')], {outBytes: 0, notes: 0})
  }
}

async function once(args: Parsed, context: CommandContext, services: CheckServices): Promise<number> {
  const {check, summaryLine} = await import('../../operations/check.ts')
  const request = requestOf(args)
  let checked = await check(request, context.host, context.task, services)
  if (args.has('write-baseline')) return writeBaseline(checked, context)
  const extraNotes: Checked['envelope']['notes'][number][] = []
  if (args.has('fix') || args.has('diff')) {
    const {fix} = await import('../../operations/check-fix.ts')
    const fixed = await fix(request, checked, context.host, context.task, services)
    extraNotes.push(...fixed.notes)
    if (args.has('diff')) {
      // A patch has to fit byte for byte; only what a person looks at is made visible.
      const patch = fixed.files.map(file => file.diff).join('')
      const to = args.flag('o')
      if (to !== undefined) await context.write(to, patch)
      else context.out(context.terminal.isTty ? terminalText(patch) : patch)
      for (const note of [...checked.envelope.notes, ...extraNotes]) sayNote(note, context)
      sayFixable(checked, fixed.files.length, context)
      return exitCodeOf(checked.envelope, (args.flag('fail-on') ?? 'warning') as FailOn) // the choices of the flag are those of the type
    }
    for (const file of fixed.files) {
      await context.write(file.path, file.after)
      context.note(terminalText(`fixed: ${file.file}: ${file.fixes} ${file.fixes === 1 ? 'finding' : 'findings'}`))
    }
    if (fixed.files.length === 0) sayFixable(checked, 0, context)
    checked = fixed.checked
  }
  const {envelope} = checked
  const shown = envelope.findings.filter(finding => finding.kind !== 'hazard' || finding.suppressed === undefined)
  const text = await rendered(checked, args, context.host)
  const output = args.flag('o')
  if (output === undefined) context.out(text)
  else await context.write(output, text)
  for (const note of [...envelope.notes, ...extraNotes]) sayNote(note, context)
  context.note(
    terminalText(
      summaryLine(
        checked.summary,
        shown.map(finding => finding.severity),
      ),
    ),
  )
  if (!envelope.complete && args.has('strict-input'))
    throw errors.usage('part of the input could not be read', 'See the notes, or leave --strict-input out.')
  return exitCodeOf(envelope, (args.flag('fail-on') ?? 'warning') as FailOn) // the choices of the flag are those of the type
}

/** Answers that are more than their text, or rest on what cannot be looked at again. */
const notRemembered = ['fix', 'diff', 'write-baseline', 'new-from', 'o']

/** What was said the last time, when nothing has changed since; else anew, with what is still known of packages. */
async function remembered(args: Parsed, context: CommandContext): Promise<number> {
  const cache = await cacheFor(context)
  if (cache === undefined || notRemembered.some(name => args.has(name)))
    return once(args, await asShortRun(context), await servicesOf(context, cache))
  const {recall, remember} = await import('../../operations/remembered-answer.ts')
  const flags = [...command.flags, ...generalFlags].map(({name}) => [name, args.flags(name)] as const)
  const remembering = {cache, host: context.host, now: Date.now, question: ['check', args.positionals, flags]}
  const known = await recall(remembering)
  if (known !== undefined) {
    for (const [to, text] of known.said) context[to](text)
    return known.exitCode
  }
  const {exitCode} = await remember(remembering, async (host, based) => {
    const said: ['out' | 'note', string][] = []
    const heard: CommandContext = {
      ...context,
      host,
      out(text) {
        said.push(['out', typeof text === 'string' ? text : new TextDecoder().decode(text)])
        context.out(text)
      },
      note(line) {
        said.push(['note', line])
        context.note(line)
      },
    }
    const services = await servicesOf(context, cache, based)
    return {exitCode: await once(args, await asShortRun(heard), services), said}
  })
  return exitCode
}

async function cacheFor(context: CommandContext): Promise<ResultCache | undefined> {
  const {openFindingCache} = await import('../../host/node/finding-cache.ts')
  return openFindingCache(context.host.cwd)
}

/** `based` hears what runs rest on; they ask the host of `context`. */
async function servicesOf({host}: CommandContext, cache?: ResultCache, based?: Based): Promise<CheckServices> {
  const openRevision: OpenRevision = async (...asked) => (await import('../../host/node/git-revision.ts')).openGitRevision(...asked)
  if (cache === undefined) return {openRevision}
  const [{openDeclarationCache}, {cachedRun}] = await Promise.all([
    import('../../host/node/declaration-cache.ts'),
    import('../../operations/cached-run.ts'),
  ])
  const run = cachedRun(cache, Date.now, openDeclarationCache(host.cwd), based)
  return {openRevision, run: based === undefined ? run : (request, _, task) => run(request, host, task)}
}

function sayNote(note: Checked['envelope']['notes'][number], context: CommandContext): void {
  context.note(terminalText(`note: ${note.path === undefined ? '' : `${note.path}: `}${note.message}`).replaceAll('\n', ' '))
}

/** What --fix can do and what it cannot, when it is not there to see. */
function sayFixable({envelope}: Checked, files: number, context: CommandContext): void {
  const open = envelope.findings.filter(finding => finding.kind === 'hazard' && finding.suppressed === undefined)
  const rest = open.filter(finding => finding.kind === 'hazard' && !finding.fixes.some(fix => fix.kind === 'safe')).length
  if (files === 0)
    context.note(open.length === 0 ? 'nothing to fix' : `nothing to fix: none of ${open.length} findings has a safe fix that holds`)
  else if (rest > 0) context.note(`${rest} of ${open.length} findings have no safe fix`)
}

const listOf = (args: Parsed, name: string): string[] =>
  args
    .flags(name)
    .flatMap(list => list.split(','))
    .map(one => one.trim())
    .filter(one => one !== '')

function requestOf(args: Parsed): CheckRequest {
  const preset = args.flag('preset') as Preset | undefined // the choices of the flag are those of the type
  const lists = {ruleIds: listOf(args, 'rules'), tags: listOf(args, 'tags'), platforms: listOf(args, 'platforms')}
  const honour = listOf(args, 'honour').map(tool => {
    if (tool !== 'nolint' && tool !== 'lint') throw errors.usage(`--honour cannot be "${tool}"`, 'Give nolint, lint or both.')
    return tool
  })
  const [baseline, newFrom, config, hot] = [args.flag('baseline'), args.flag('new-from'), args.flag('config'), args.flag('hot')]
  return {
    patterns: args.positionals,
    ...(preset ? {preset} : {}),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(honour.length > 0 ? {honour} : {}),
    ...(args.flag('tests') === undefined ? {} : {tests: args.flag('tests') === 'true'}),
    ...(baseline === undefined ? {} : {baseline}),
    ...(args.has('write-baseline') ? {writesBaseline: true} : {}),
    ...(newFrom === undefined ? {} : {newFrom}),
    ...(config === undefined ? {} : {config}),
    ...(hot === undefined ? {} : {hot}),
  }
}

async function writeBaseline(checked: Checked, context: CommandContext): Promise<number> {
  if (checked.baselinePath === undefined)
    throw errors.usage('--write-baseline needs the file to write', 'Write --baseline FILE --write-baseline.')
  await context.write(checked.baselinePath, checked.baseline())
  context.note(terminalText(`baseline written to ${checked.baselinePath}`))
  return 0
}

/** What flows through the finding's function, by the profile of --hot. */
function heatLine(finding: Checked['envelope']['findings'][number], hot: Checked['hot']): string {
  const share = finding.kind === 'hazard' ? hot?.shares.get(finding) : undefined
  return share === undefined
    ? ''
    : terminalText(`\n  hot:  ${(share * 100).toFixed(1)} % of ${hot?.sampleType ?? ''} flows through this function`)
}

async function rendered(checked: Checked, args: Parsed, host: CommandContext['host']): Promise<string> {
  const {envelope, sourceLine, hot} = checked
  const inRepository = async () => (await import('../../operations/repository-paths.ts')).repositoryPaths(host)
  switch (args.flag('format')) {
    case 'json':
      return (await import('../../findings/json.ts')).envelopeJson(envelope)
    case 'github':
      return (await import('../../findings/github.ts')).githubAnnotations(envelope.findings, await inRepository())
    case 'junit':
      return (await import('../../findings/junit.ts')).junitXml(envelope.findings, await inRepository())
    case 'sarif': {
      const [{sarifJson}, {sarifRules}] = await Promise.all([import('../../findings/sarif.ts'), import('../../operations/sarif-rules.ts')])
      return sarifJson(envelope, sarifRules(), sourceLine, await inRepository())
    }
    default: {
      const {findingText} = await import('../../findings/text.ts')
      return envelope.findings
        .filter(finding => args.has('show-suppressed') || finding.kind !== 'hazard' || finding.suppressed === undefined)
        .map(finding => `${terminalText(findingText(finding, sourceLine))}${heatLine(finding, hot)}\n\n`)
        .join('')
    }
  }
}
