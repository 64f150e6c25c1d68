// gotriage why: thin; the work is operations/why.ts.
import {errors} from '../../base/errors.ts'
import type {Preset} from '../../operations/check.ts'
import type {Command} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'why',
  summary: 'say by which path a rule fired on a line, or for which reason it stayed silent',
  usage: '[-C DIR] ID FILE:LINE',
  flags: [
    {
      name: 'preset',
      value: 'PRESET',
      choices: ['default', 'strict', 'all'],
      help: 'the preset the rule is held against (default: default)',
    },
    {name: 'tags', value: 'TAGS', help: 'build tags, separated by commas'},
    {name: 'tests', value: 'YES', choices: ['true', 'false'], help: 'read test files too (default true)'},
    {name: 'config', value: 'FILE', help: 'gotriage.yaml to use; "none" for none'},
    {name: 'baseline', value: 'FILE', help: 'the baseline that may hide the finding'},
    {name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'},
  ],
  examples: ['gotriage why map-unbounded-growth session/store.go:31'],
  async run(args, context) {
    const [ruleId, at, extra] = args.positionals
    if (ruleId === undefined || at === undefined || extra !== undefined)
      throw errors.usage('why takes a rule and a place', 'Write gotriage why ID FILE:LINE.')
    const {why} = await import('../../operations/why.ts')
    const preset = args.flag('preset') as Preset | undefined // the choices of the flag are those of the type
    const [tags, config, baseline, tests] = [args.flag('tags'), args.flag('config'), args.flag('baseline'), args.flag('tests')]
    const {text, why: answer} = await why(
      {
        ruleId,
        at,
        ...(preset === undefined ? {} : {preset}),
        ...(tags === undefined ? {} : {tags: tags.split(',')}),
        ...(config === undefined ? {} : {config}),
        ...(baseline === undefined ? {} : {baseline}),
        ...(tests === undefined ? {} : {tests: tests === 'true'}),
      },
      context.host,
      context.task,
    )
    if (args.flag('format') === 'json') {
      const [{envelopeJson}, {emptyEnvelope}] = await Promise.all([import('../../findings/json.ts'), import('../../findings/envelope.ts')])
      context.out(envelopeJson({...emptyEnvelope('why'), findings: answer.findings, data: {...answer, findings: answer.findings.length}}))
    } else context.out(terminalText(text))
    return 0
  },
}
