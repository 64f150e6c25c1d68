// Tables of the diagnosis page: the balance sheet of memory, and what changed between two captures.
import {comparedValue, type Comparison} from '../../findings/comparison.ts'
import {balanceHead, balanceRemarks, balanceRows, type MemoryBalance} from '../../findings/memory-balance.ts'
import {html, type Html} from '../html.ts'

export const memorySection = (balance: MemoryBalance): Html =>
  html`<section class="memory">
    <h2>Where the memory is</h2>
    <p>${balance.program}: ${balanceHead(balance)}</p>
    ${table(['part', 'bytes', 'share', 'change', 'what it is'], balanceRows(balance))}
    <ul>
      ${balanceRemarks(balance).map(line => html`<li>${line}</li>`)}
    </ul>
  </section>`

export const comparisonSection = (comparison: Comparison): Html =>
  html`<section class="comparison">
    <h2>Before and after</h2>
    <p><b>${comparison.says}</b></p>
    ${table(
      ['cause', 'place', 'before', 'after', 'verdict'],
      comparison.causes.map(cause => [
        `${cause.title} (${cause.id})`,
        cause.place ?? '',
        cause.before?.toFixed(2) ?? 'none',
        cause.after?.toFixed(2) ?? 'none',
        `${cause.verdict}${cause.because === undefined ? '' : `: ${cause.because}`}`,
      ]),
    )}
    ${table(
      ['number', 'before', 'after', 'verdict'],
      comparison.numbers.map(one => [one.name, comparedValue(one.before, one.unit), comparedValue(one.after, one.unit), one.verdict]),
    )}
    <ul>
      ${comparison.caveats.map(line => html`<li>${line}</li>`)}
    </ul>
  </section>`

const table = (head: readonly string[], rows: readonly (readonly string[])[]): Html =>
  html`<table>
    <thead>
      <tr>
        ${head.map(cell => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        row =>
          html`<tr>
            ${row.map(cell => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`
