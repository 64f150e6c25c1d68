// gotriage check: thin; the work is operations/check.ts.
import {errors} from '../../base/errors.ts'
import {exitCodeOf, type FailOn} from '../../findings/exit-code.ts'
import {envelopeJson} from '../../findings/json.ts'
import {findingText} from '../../findings/text.ts'
import type {Preset} from '../../operations/check.ts'
import type {Command} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'check',
  summary: 'read Go source and report hazards: no toolchain, C compiler or build needed',
  usage: '[-C DIR] [PATTERN…]',
  flags: [
    {name: 'preset', value: 'PRESET', choices: ['default', 'strict', 'all'], help: 'how many rules run (default: default)'},
    {name: 'rules', value: 'ID,…', many: true, help: 'only these rules'},
    {name: 'tags', value: 'TAGS', help: 'build tags, separated by commas'},
    {name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'},
  ],
  examples: ['gotriage check', 'gotriage check -C service ./...', 'gotriage check --rules map-unbounded-growth ./...'],
  async run(args, context) {
    const {check} = await import('../../operations/check.ts')
    const ruleIds = args
      .flags('rules')
      .flatMap(list => list.split(','))
      .filter(id => id !== '')
    const tags = args
      .flag('tags')
      ?.split(',')
      .filter(tag => tag !== '')
    const preset = args.flag('preset') as Preset | undefined // the choices of the flag are those of the type
    const {envelope, packagesChecked, sourceLine} = await check(
      {patterns: args.positionals, ...(preset ? {preset} : {}), ...(ruleIds.length > 0 ? {ruleIds} : {}), ...(tags ? {tags} : {})},
      context.host,
      context.task,
    )
    if (args.flag('format') === 'json') context.out(envelopeJson(envelope))
    else {
      const shown = envelope.findings.filter(finding => finding.kind !== 'hazard' || finding.suppressed === undefined)
      for (const finding of shown) context.out(`${terminalText(findingText(finding, sourceLine))}\n\n`)
      context.note(`${packagesChecked} packages checked, ${shown.length} findings`)
    }
    for (const note of envelope.notes) context.note(terminalText(`note: ${note.path === undefined ? '' : `${note.path}: `}${note.message}`))
    if (!envelope.complete && args.has('strict-input'))
      throw errors.usage('part of the input could not be read', 'See the notes, or leave --strict-input out.')
    return exitCodeOf(envelope, (args.flag('fail-on') ?? 'warning') as FailOn) // the choices of the flag are those of the type
  },
}
