// `gotriage check --watch`: once, then again after every change of what a check reads. What is told again is told in full; the cache keeps it quick.
import {TriageError} from '../base/errors.ts'

/** Whether a check may read a file of this name: sources, module files, configuration, profiles. */
export const matters = (path: string): boolean =>
  !/(?:^|\/)(?:\.git|node_modules)\//.test(path) &&
  /(?:\.(?:go|s|c|cc|cpp|h|hpp|m|ya?ml|pgo)|(?:^|\/)go\.(?:mod|sum|work|work\.sum)|(?:^|\/)modules\.txt)$/.test(path)

/** The exit code of the last round, when the changes end. A round that fails on bad input is told and does not end the watch; a first one does. */
export async function checkAgain(
  round: () => Promise<number>,
  changes: (relevant: (path: string) => boolean) => AsyncIterable<void>,
  note: (line: string) => void,
): Promise<number> {
  let code = await round()
  note('watching for changes; Ctrl-C ends')
  for await (const _ of changes(matters)) {
    try {
      code = await round()
    } catch (error) {
      if (!(error instanceof TriageError)) throw error
      if (error.code === 'cancelled') break
      note(`${error.message}. ${error.hint}`)
      code = 2
    }
  }
  return code
}
