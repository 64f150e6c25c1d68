// gotriage symbolize: thin; the work is operations/symbolize.ts.
import {errors} from '../../base/errors.ts'
import {emptyEnvelope} from '../../findings/envelope.ts'
import {envelopeJson} from '../../findings/json.ts'
import type {Command} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'symbolize',
  summary: 'names and lines of raw addresses of an ELF program, Go and C, inlined calls included',
  usage: 'BINARY [ADDR…]',
  flags: [
    {name: 'maps', value: 'FILE', help: '/proc/PID/maps of the process, when it was not loaded where the file says'},
    {name: 'format', value: 'FORMAT', choices: ['text', 'json'], help: 'text (default) or json'},
  ],
  examples: ['gotriage symbolize ./server 0x45a1b2', 'gotriage symbolize --maps maps.txt ./server 0x55d0c0a1b2c3'],
  async run(args, context) {
    const [binary, ...addresses] = args.positionals
    if (binary === undefined) throw errors.usage('symbolize needs a binary', 'Write gotriage symbolize BINARY ADDR….')
    const {symbolize, symbolizedText} = await import('../../operations/symbolize.ts')
    const maps = args.flag('maps')
    const found = await symbolize({binary, addresses, ...(maps === undefined ? {} : {maps})}, context.host, context.task)
    if (args.flag('format') === 'json') {
      const {notes, ...data} = found
      const said = notes.map(message => ({code: 'symbolize', message}))
      context.out(envelopeJson({...emptyEnvelope('symbolize'), data, notes: said}))
    } else context.out(terminalText(symbolizedText(found)))
    return found.addresses.some(({source}) => source !== 'unknown') || addresses.length === 0 ? 0 : 1
  },
}
