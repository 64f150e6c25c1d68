// Joins fragments, one file a wing, into the documents people read, so that work done side by side does not collide:
// docs/coverage/*.md → docs/coverage.md, docs/measurements/*.md → docs/measurements.md, docs/changes/*.md → CHANGELOG.md.
// `--check` fails when a document is stale.
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = file => readFileSync(root + file, 'utf8')
const fragments = folder =>
  existsSync(root + folder)
    ? readdirSync(root + folder)
        .filter(name => name.endsWith('.md'))
        .sort()
        .map(name => ({name: name.slice(0, -3), text: read(`${folder}/${name}`).trim()}))
    : []

function coverage() {
  const rows = new Map(Array.from({length: 110}, (_, i) => [`I-${String(i + 1).padStart(2, '0')}`, 'not yet']))
  for (const {name, text} of fragments('docs/coverage')) {
    for (const line of text.split('\n')) {
      const row = /^- (I-\d{2,3}): (.+)$/.exec(line)
      if (!row) continue
      if (!rows.has(row[1])) throw new Error(`docs/coverage/${name}.md: no such row ${row[1]}`)
      const before = rows.get(row[1])
      rows.set(
        row[1],
        before === 'not yet' || row[2].startsWith('not yet') ? (before === 'not yet' ? row[2] : before) : `${before}; ${row[2]}`,
      )
    }
  }
  const lines = [...rows].map(([id, text]) => `- ${id}: ${text}`)
  return `# Coverage\n\nOne line per system the source texts describe: what serves it here and the test that shows it (\`file › name\`), or "not yet".\nJoined from docs/coverage/*.md by \`npm run docs\`; edit those.\n\n${lines.join('\n')}\n`
}

const joined = (folder, intro) =>
  `${intro}\n\n${fragments(folder)
    .map(f => f.text)
    .join('\n\n')}\n`

function changelog() {
  const lines = fragments('docs/changes').flatMap(f => f.text.split('\n').filter(l => /^(FIX|FEATURE|BREAKING): /.test(l)))
  const order = ['BREAKING', 'FEATURE', 'FIX']
  lines.sort((a, b) => order.indexOf(a.split(':')[0]) - order.indexOf(b.split(':')[0]) || (a < b ? -1 : 1))
  return `# Changelog\n\nWhat a user can notice. Joined from docs/changes/*.md by \`npm run docs\`; edit those.\n\n## 0.1.0\n\n${lines.map(l => `- ${l}`).join('\n')}\n`
}

const documents = {
  'docs/coverage.md': coverage(),
  'docs/measurements.md': joined(
    'docs/measurements',
    '# Measurements\n\nFigures, what they were measured with, the noise, and what limits them. Ratios in one run count; absolute times are of the machine named.\nJoined from docs/measurements/*.md by `npm run docs`; edit those.',
  ),
  'CHANGELOG.md': changelog(),
}
let stale = 0
for (const [file, text] of Object.entries(documents)) {
  if (existsSync(root + file) && read(file) === text) continue
  if (process.argv.includes('--check')) {
    console.error(`${file} is stale: run "npm run docs"`)
    stale++
  } else writeFileSync(root + file, text)
}
process.exitCode = stale > 0 ? 1 : 0
