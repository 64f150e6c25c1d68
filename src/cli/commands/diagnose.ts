// gotriage diagnose: thin; the work is operations/diagnose.ts.
import {errors} from '../../base/errors.ts'
import {envelopeJson} from '../../findings/json.ts'
import {exitCodeOf, type FailOn} from '../../findings/exit-code.ts'
import {diagnosisText} from '../../findings/text.ts'
import type {Command} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

const formats = ['text', 'json', 'html'] as const

export const command: Command = {
  name: 'diagnose',
  summary: 'source and evidence in, ranked causes with their reasons out',
  usage: 'PATH… [--source DIR]',
  flags: [
    {name: 'source', value: 'DIR', help: 'Go module to read as the source (default: that of a directory given as PATH)'},
    {name: 'o', value: 'FILE', help: 'write the answer to a file instead of stdout'},
    {name: 'format', value: 'FORMAT', choices: formats, help: 'text (default), json, or html: one self-contained page'},
  ],
  examples: ['gotriage diagnose examples/incidents/map-growth-oom', 'gotriage diagnose heap-1.pb.gz heap-2.pb.gz heap-3.pb.gz --source .'],
  async run(args, context) {
    const {diagnose} = await import('../../operations/diagnose.ts')
    const source = args.flag('source')
    const diagnosis = await diagnose({paths: args.positionals, ...(source === undefined ? {} : {source})}, context.host, context.task)
    const {envelope} = diagnosis
    const format = args.flag('format') ?? 'text'
    let text: string
    if (format === 'json') text = envelopeJson(envelope)
    else if (format === 'html') text = (await import('../../operations/diagnosis-page.ts')).diagnosisPage(diagnosis)
    else text = terminalText(diagnosisText(envelope, diagnosis.sourceLine))
    const output = args.flag('o')
    if (output === undefined) context.out(text)
    else await context.write(output, text)
    if (format !== 'text')
      for (const note of envelope.notes)
        context.note(terminalText(`note: ${note.path === undefined ? '' : `${note.path}: `}${note.message}`))
    if (!envelope.complete && args.has('strict-input'))
      throw errors.usage('part of the input could not be read', 'See the notes, or leave --strict-input out.')
    return exitCodeOf(envelope, (args.flag('fail-on') ?? 'warning') as FailOn) // the choices of the flag are those of the type
  },
}
