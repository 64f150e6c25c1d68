// JUnit XML as CI servers read it: a test case a finding, suppressed ones skipped; one passing case when there is nothing.
import {visibleControls} from './visible-controls.ts'
import type {Finding} from './finding.ts'

/** Text for element content and quoted attributes. XML 1.0 has no way to write most control characters, so they are made visible. */
export const escapeXml = (text: string): string =>
  visibleControls(text)
    .replace(
      /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      c => `\\u{${c.charCodeAt(0).toString(16)}}`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')

/** The attribute `file` is what GitLab links to: it is given as `inRepository` says. */
export function junitXml(findings: readonly Finding[], inRepository: (file: string) => string = file => file): string {
  const suppressed = (finding: Finding) => (finding.kind === 'hazard' ? finding.suppressed : undefined)
  const failures = findings.filter(finding => suppressed(finding) === undefined).length
  const cases = findings.map(finding => {
    const place = finding.places[0]
    const where = place === undefined ? '' : `${place.file}:${place.line}${place.column === undefined ? '' : `:${place.column}`}`
    const head = `    <testcase classname="${escapeXml(finding.id)}" name="${escapeXml(oneAttribute(`${where} ${finding.what}`))}"${place === undefined ? '' : ` file="${escapeXml(oneAttribute(inRepository(place.file)))}" line="${place.line}"`}>`
    const reason = suppressed(finding)
    const body =
      reason === undefined
        ? `<failure type="${finding.severity}" message="${escapeXml(oneAttribute(finding.what))}">${escapeXml(`${where}: ${finding.what} (${finding.id})\nwhy:  ${finding.why}\nnext: ${finding.next}`)}</failure>`
        : `<skipped message="${escapeXml(oneAttribute(`suppressed by ${reason.by}: ${reason.reason}`))}"/>`
    return `${head}\n      ${body}\n    </testcase>\n`
  })
  if (cases.length === 0) cases.push('    <testcase classname="gotriage" name="no findings"/>\n')
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${findings.length - failures}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="gotriage" ${counts}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`
}

/** Line ends in attributes would become blanks; say them. */
const oneAttribute = (text: string) => text.replaceAll('\n', '\\u{a}')
