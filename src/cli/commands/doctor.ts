// gotriage doctor: thin; the work is operations/doctor.ts.
import {envelopeJson} from '../../findings/json.ts'
import type {Command} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'doctor',
  summary: 'what of this machine works for gotriage, what does not, and how to mend it',
  usage: '',
  flags: [{name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'}],
  examples: ['gotriage doctor', 'gotriage doctor --format json'],
  async run(args, context) {
    const {doctor, doctorEnvelope, doctorText} = await import('../../operations/doctor.ts')
    const {nodeProcesses} = await import('../../host/node/processes.ts')
    const checks = await doctor(nodeProcesses, context.task)
    context.out(args.flag('format') === 'json' ? envelopeJson(doctorEnvelope(checks)) : terminalText(doctorText(checks)))
    return 0
  },
}
