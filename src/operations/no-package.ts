// What is said when no Go package is where one was named: by check and by the diagrams of a program.
import {errors} from '../base/errors.ts'

export const noPackage = (patterns: readonly string[], directory: string) =>
  errors.usage(
    `no Go package matches ${patterns.length === 0 ? './...' : patterns.join(' ')} in ${directory}`,
    'Name a directory with Go files, like ./..., or use -C DIR.',
  )
