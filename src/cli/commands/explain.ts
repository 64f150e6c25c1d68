// gotriage explain: thin; the work is operations/explain.ts.
import type {Command, CommandContext, Parsed} from '../command.ts'

export const command: Command = {
  name: 'explain',
  summary: 'say what a rule, detector, cause, fact or myth is: what, why, example, sources',
  usage: '[ID]',
  flags: [{name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'}],
  examples: ['gotriage explain unbounded-map-growth'],
  async run(args, context) {
    const {explain, explainable} = await import('../../operations/explain.ts')
    const id = args.positionals[0]
    if (id === undefined) {
      const ids = explainable()
      return print(args, context, `${ids.join('\n')}\n`, {ids})
    }
    const explained = explain(id)
    return print(args, context, explained.text, {...explained})
  },
}

async function print(args: Parsed, context: CommandContext, text: string, data: Readonly<Record<string, unknown>>): Promise<number> {
  if (args.flag('format') === 'json') {
    const {envelopeJson} = await import('../../findings/json.ts')
    const {emptyEnvelope} = await import('../../findings/envelope.ts')
    context.out(envelopeJson({...emptyEnvelope('explain'), data}))
  } else context.out(text)
  return 0
}
