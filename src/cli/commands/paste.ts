// gotriage paste, and gotriage without a verb behind a pipe: thin; the work is operations/paste.ts.
import {errors} from '../../base/errors.ts'
import type {Command} from '../command.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'paste',
  summary: 'answer a pasted crash, dump or report in ten lines, with the guilty line',
  usage: '< FILE',
  flags: [],
  examples: ['go test ./... 2>&1 | gotriage', 'gotriage paste < crash.txt'],
  async run(_args, context) {
    const {paste} = await import('../../operations/paste.ts')
    const bytes = await context.stdin()
    if (bytes.length === 0)
      throw errors.usage(
        'nothing was pasted: standard input is empty',
        'Pipe a crash, dump or log into gotriage, or see "gotriage --help".',
      )
    const {text} = await paste(bytes, context.task)
    context.out(terminalText(text))
    return 0
  },
}
