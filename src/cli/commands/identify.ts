// gotriage identify: thin; the work is operations/identify.ts.
import {errors} from '../../base/errors.ts'
import {envelopeJson} from '../../findings/json.ts'
import type {Command} from '../command.ts'
import {hostWithStdin} from '../stdin-host.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'identify',
  summary: 'what evidence files hold, part by part, with byte ranges',
  usage: 'FILE…',
  flags: [{name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'}],
  examples: ['gotriage identify stderr.log heap.pb.gz', 'gotriage identify --format json evidence/'],
  async run(args, context) {
    const {identify, identificationText} = await import('../../operations/identify.ts')
    const identification = await identify(args.positionals, hostWithStdin(context), context.task)
    context.out(args.flag('format') === 'json' ? envelopeJson(identification.envelope) : terminalText(identificationText(identification)))
    if (!identification.envelope.complete && args.has('strict-input'))
      throw errors.usage('part of the input could not be read', 'See the notes, or leave --strict-input out.')
    return 0
  },
}
