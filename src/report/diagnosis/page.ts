// A diagnosis as one self-contained page: the chain, the heap over time, the flame graph with the culprit marked, the source. No script is
// needed to read it, nothing is loaded from elsewhere (a Content-Security-Policy says so), and everything quoted is escaped.
import type {Place} from '../../base/place.ts'
import type {Cause, Envelope} from '../../findings/envelope.ts'
import {confidenceWord, type Finding} from '../../findings/finding.ts'
import {basisText, weighedText} from '../../findings/text.ts'
import {comparisonSection, memorySection} from './sheets.ts'
import {html, type Html} from '../html.ts'
import {pageStyle} from './style.ts'

export interface PageInput {
  readonly envelope: Envelope
  readonly chart: Html | undefined
  /** Flame graph with a caption. */
  readonly flame: {readonly picture: Html; readonly caption: string} | undefined
  sourceLine(file: string, line: number): string | undefined
}

/** Lines of source shown before and after a place. */
const contextLines = 4

export function renderDiagnosisPage(input: PageInput): string {
  const {envelope} = input
  const causes = envelope.causes.filter(cause => cause.confidence >= 0.5)
  const suspicions = envelope.causes.filter(cause => cause.confidence < 0.5)
  const title = causes[0]?.title ?? 'No cause found'
  const body = html` <header>
      <p class="brand">gotriage ${envelope.tool.version}</p>
      <h1>${title}</h1>
      ${causes[0] ? html`<p class="verdict"><span class="badge">${confidenceWord(causes[0].confidence)}</span> confidence ${causes[0].confidence.toFixed(2)}, from ${envelope.artifacts.length} pieces of evidence</p>` : html`<p class="verdict">No cause reaches a confidence of 0.5 in ${envelope.artifacts.length} pieces of evidence.</p>`}
    </header>
    <main>
      ${envelope.comparison === undefined ? undefined : comparisonSection(envelope.comparison)}
      ${causes.map((cause, i) => causeSection(cause, i === 0, input))} ${(envelope.memory ?? []).map(memorySection)}
      ${
        suspicions.length > 0
          ? html`<section>
              <h2>Suspicions</h2>
              <p>Below 0.5: do not act on these alone.</p>
              <ul>
                ${suspicions.map(cause => html`<li>${cause.title} (${cause.confidence.toFixed(2)})</li>`)}
              </ul>
            </section>`
          : undefined
      }
      ${
        causes.length === 0 && input.chart
          ? html`<section>
              <h2>Heap over time</h2>
              ${input.chart}
            </section>`
          : undefined
      }
      <section>
        <h2>All findings</h2>
        ${envelope.findings.map(finding => findingSection(finding))}
      </section>
      ${
        envelope.notes.length > 0
          ? html`<section>
              <h2>Notes</h2>
              <ul>
                ${envelope.notes.map(note => html`<li>${note.path === undefined ? '' : `${note.path}: `}${note.message}</li>`)}
              </ul>
            </section>`
          : undefined
      }
      <section>
        <h2>Evidence</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">id</th>
              <th scope="col">file</th>
              <th scope="col">format</th>
            </tr>
          </thead>
          <tbody>
            ${envelope.artifacts.map(
              a =>
                html`<tr>
                  <td>${a.id}</td>
                  <td>${a.path}</td>
                  <td>${a.format}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>
    </main>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html`${title}`.html} – gotriage</title>
<style>${pageStyle}</style>
</head>
<body>${body.html}
</body>
</html>
`
}

function causeSection(cause: Cause, first: boolean, input: PageInput): Html {
  return html` <section class="cause" id="cause-${cause.rank}">
    ${
      first
        ? undefined
        : html`<h2>${cause.title}</h2>
            <p><span class="badge">${confidenceWord(cause.confidence)}</span> ${cause.confidence.toFixed(2)}</p>`
    }
    <h2>Why</h2>
    <ol class="chain">
      ${cause.chain.map(step => html`<li class="${step.role}"><span class="role">${step.role === 'contradicts' ? 'not because' : step.role}</span> ${step.because}</li>`)}
    </ol>
    ${cause.explains === undefined ? undefined : html`<p class="size">${cause.explains.says}</p>`}
    ${
      first && input.chart
        ? html`<h2>Heap over time</h2>
            <figure id="chart">${input.chart}</figure>`
        : undefined
    }
    ${
      first && input.flame
        ? html`<h2>Where it is allocated</h2>
            <figure id="flame">
              ${input.flame.picture}
              <figcaption>${input.flame.caption}</figcaption>
            </figure>`
        : undefined
    }
    <h2>In the source</h2>
    ${cause.places.map(place => excerpt(place, input))}
    <h2>What to do</h2>
    <ul>
      ${cause.remedies.map(remedy => html`<li><b>${remedy.kind}</b>: ${remedy.do}${remedy.command === undefined ? undefined : html`<pre>${remedy.command}</pre>`}</li>`)}
    </ul>
    <h2>How to check that it helped</h2>
    <ul>
      ${cause.verify.map(check => html`<li><code>${check.command}</code><br />expect ${check.expect}</li>`)}
    </ul>
    <details>
      <summary>How sure, and what would make this wrong</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">factor</th>
            <th scope="col">weight</th>
          </tr>
        </thead>
        <tbody>
          ${cause.basis.map(
            b =>
              html`<tr>
                <td>${b.factor}</td>
                <td>${b.value}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p>${basisText(cause)}</p>
      <ul>
        ${cause.wrongIf.map(wrong => html`<li>wrong if ${wrong}</li>`)}
      </ul>
      ${
        cause.settle.length > 0
          ? html`<ul>
              ${cause.settle.map(s => html`<li>to settle it: <code>${s.capture}</code>, because ${s.because}${s.cost === undefined ? '' : ` (cost: ${s.cost})`}</li>`)}
            </ul>`
          : undefined
      }
    </details>
  </section>`
}

function excerpt(place: Place, input: PageInput): Html {
  const lines: Html[] = []
  for (let n = Math.max(1, place.line - contextLines); n <= place.line + contextLines; n++) {
    const text = input.sourceLine(place.file, n)
    if (text !== undefined)
      lines.push(html`<span class="${n === place.line ? 'hit' : 'line'}"><i>${String(n).padStart(4)}</i> ${text}</span> `)
  }
  return html`<div class="place">
    <p>
      <code>${place.file}:${place.line}</code
      >${place.symbol === undefined ? '' : ` in ${place.symbol}`}${place.label === undefined ? '' : `, ${place.label}`}
    </p>
    ${lines.length > 0 ? html`<pre class="source">${lines}</pre>` : undefined}
  </div>`
}

function findingSection(finding: Finding): Html {
  const place = finding.places[0]
  return html`<article class="finding ${finding.severity}">
    <h3>${finding.what} <code>${finding.id}</code></h3>
    ${place === undefined ? undefined : html`<p><code>${place.file}:${place.line}</code></p>`}
    ${finding.kind === 'hazard' && finding.weighed !== undefined ? html`<p>${weighedText(finding.weighed, finding.confidence)}</p>` : undefined}
    <p>${finding.why}</p>
    <p>${finding.next}</p>
  </article>`
}
