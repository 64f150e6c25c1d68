// Workflow commands of GitHub Actions, one annotation a finding: `::warning file=…,line=…::message`. Escaping follows the toolkit's
// packages/core/src/command.ts (escapeData, escapeProperty).
import {visibleControls} from './visible-controls.ts'
import type {Finding, Severity} from './finding.ts'

const commands: Readonly<Record<Severity, string>> = {error: 'error', warning: 'warning', info: 'notice'}

/** The message of a workflow command: percent signs and line ends, so that nothing in it begins a command. */
export const githubMessage = (text: string): string =>
  visibleControls(text).replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('##[', '#\\u{23}[') // the runner looks for the older form of commands anywhere in a line

/** A property of a workflow command. */
export const githubProperty = (text: string): string => githubMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** GitHub shows annotations only at paths from the root of the repository, which `inRepository` gives. */
export function githubAnnotations(findings: readonly Finding[], inRepository: (file: string) => string = file => file): string {
  return findings
    .filter(finding => finding.kind !== 'hazard' || finding.suppressed === undefined)
    .map(finding => {
      const place = finding.places[0]
      const properties = Object.entries({
        file: place === undefined ? undefined : inRepository(place.file),
        line: place?.line,
        endLine: place?.endLine,
        // GitHub shows columns only for annotations of one line
        ...(place?.endLine === place?.line ? {col: place?.column, endColumn: place?.endColumn} : {}),
        title: finding.id,
      })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${githubProperty(String(value))}`)
      const message = `${finding.what}\nwhy: ${finding.why}\nnext: ${finding.next}`
      return `::${commands[finding.severity]} ${properties.join(',')}::${githubMessage(message)}\n`
    })
    .join('')
}
