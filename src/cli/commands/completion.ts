// `gotriage completion SHELL`: the script a shell sources.
import {errors} from '../../base/errors.ts'
import type {Command} from '../command.ts'
import {completion, shells} from '../help.ts'

export const command: Command = {
  name: 'completion',
  summary: 'print a completion script for bash, zsh or fish',
  usage: 'SHELL',
  flags: [],
  examples: ['source <(gotriage completion bash)'],
  async run(args, context) {
    const shell = shells.find(name => name === args.positionals[0])
    if (shell === undefined) throw errors.usage('completion needs the name of a shell', `Give one of: ${shells.join(', ')}.`)
    const {commands} = await import('../registry.generated.ts')
    context.out(completion(shell, commands))
    return 0
  },
}
