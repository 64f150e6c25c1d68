// Loaded packages through the type checker: bodies only of those asked for, declarations of the rest when something refers to them.
import type {Task} from '../base/progress.ts'
import {breathe} from '../base/progress.ts'
import {stackOverflowed, tellsOfOverflow} from '../base/stack-overflow.ts'
import type {Loaded, LoadedPackage} from '../go/load/api.ts'
import {PackageChecker} from '../go/load/check-packages.ts'
import {tooDeepMessage} from '../go/syntax/deep-stack.ts'
import type {Checked} from '../go/types/api.ts'

export interface TypedPackage {
  readonly loaded: LoadedPackage
  readonly checked: Checked
}

/**
 * Checks the roots one after the other, in go list's order, so that each can be let go before the next; those of `skip` are left out. At the
 * end the declarations that had to be read from source are kept for the next time.
 */
export async function* typePackages(
  loaded: Loaded,
  task: Task,
  skip: ReadonlySet<LoadedPackage> = new Set(),
  checker = new PackageChecker(loaded),
): AsyncIterable<TypedPackage> {
  for (const [done, root] of loaded.roots.entries()) {
    await breathe(task)
    task.progress?.('checking packages', done, loaded.roots.length)
    if (skip.has(root)) continue
    const checked = checker.check(root)
    if (isCutShort(checked)) stackOverflowed(task)
    yield {loaded: root, checked}
  }
  checker.keep()
}

/** Whether the stack did not suffice for all of the package: syntax or types of a part of it are missing. */
export const isCutShort = ({errors, info}: Checked): boolean =>
  errors.some(({message}) => tellsOfOverflow(message)) ||
  info.files.some(({syntaxErrors}) => syntaxErrors.some(({message}) => message === tooDeepMessage))
