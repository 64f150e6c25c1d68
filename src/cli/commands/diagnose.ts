// gotriage diagnose: thin; the work is operations/diagnose.ts.
import {errors} from '../../base/errors.ts'
import {envelopeJson} from '../../findings/json.ts'
import {exitCodeOf, type FailOn} from '../../findings/exit-code.ts'
import {diagnosisText} from '../../findings/text.ts'
import type {Command} from '../command.ts'
import {hostWithStdin} from '../stdin-host.ts'
import {terminalText} from '../terminal-text.ts'

const formats = ['text', 'json', 'html'] as const

export const command: Command = {
  name: 'diagnose',
  summary: 'source and evidence in, ranked causes with their reasons out',
  usage: 'PATH… [--source DIR] | --before DIR --after DIR [--source DIR]',
  flags: [
    {name: 'source', value: 'DIR', help: 'Go module to read as the source (default: that of a directory given as PATH)'},
    {
      name: 'before',
      value: 'DIR',
      help: 'evidence (or module with evidence) from before a change; with --after: says whether the change helped',
    },
    {name: 'after', value: 'DIR', help: 'the same from after the change; exit 0 when every cause of BEFORE is gone and AFTER has none'},
    {name: 'o', value: 'FILE', help: 'write the answer to a file instead of stdout'},
    {name: 'format', value: 'FORMAT', choices: formats, help: 'text (default), json, or html: one self-contained page'},
  ],
  examples: [
    'gotriage diagnose examples/incidents/map-growth-oom',
    'gotriage diagnose heap-1.pb.gz heap-2.pb.gz heap-3.pb.gz --source .',
    'kubectl logs my-pod | gotriage diagnose - --source .',
    'gotriage diagnose --before examples/incidents/map-growth-oom --after examples/incidents/map-growth-oom/fixed',
  ],
  async run(args, context) {
    const source = args.flag('source')
    const common = source === undefined ? {} : {source}
    const [before, after] = [args.flag('before'), args.flag('after')]
    if ((before === undefined) !== (after === undefined) || (before !== undefined && args.positionals.length > 0))
      throw errors.usage('--before and --after go together, without other paths', 'Give --before DIR --after DIR.')
    const {task} = context
    const host = hostWithStdin(context)
    ;(await import('../../host/node/optimise-late.ts')).optimiseSparingly()
    const services = context.checkAside === undefined ? {} : {checkAside: context.checkAside}
    const diagnosis =
      before !== undefined && after !== undefined
        ? await (await import('../../operations/diagnose-change.ts')).diagnoseChange({before, after, ...common}, host, task, services)
        : await (await import('../../operations/diagnose.ts')).diagnose({paths: args.positionals, ...common}, host, task, services)
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
