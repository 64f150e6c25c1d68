// A command that checks Go packages in a process of its own: most such runs are short (optimise-late.ts).
import type {CommandContext} from './command.ts'

/** The context to run in; its progress tells when the run has become a long one. */
export async function asShortRun(context: CommandContext): Promise<CommandContext> {
  const {optimiseLate} = await import('../host/node/optimise-late.ts')
  const longer = optimiseLate()
  const {task} = context
  const progress: NonNullable<typeof task.progress> = (...step) => {
    longer()
    task.progress?.(...step)
  }
  return {...context, task: {...task, progress}}
}
