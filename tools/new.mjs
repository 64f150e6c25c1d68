// `npm run new rule|detector ID`: makes folder, page, fixture and test; the registry finds it by its place.
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

const [kind, id] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))
if ((kind !== 'rule' && kind !== 'detector') || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id ?? '')) {
  console.error('usage: npm run new rule|detector ID   (ID in kebab-case, the problem in words)')
  process.exit(2)
}
const folder = `${root}src/${kind}s/${id}`
if (existsSync(folder)) {
  console.error(`src/${kind}s/${id} exists already`)
  process.exit(2)
}
mkdirSync(`${folder}/testdata`, {recursive: true})
const page = `# ${id}\n\n## What\n\n## Why\n\n## Reported\n\n\`\`\`go\n\`\`\`\n\n## Near miss: not reported\n\n\`\`\`go\n\`\`\`\n\n## When not to use it\n\n## Sources\n`
writeFileSync(`${folder}/${kind}.md`, page)
if (kind === 'rule') {
  writeFileSync(
    `${folder}/rule.ts`,
    `// ${id}: see rule.md beside this file.\nimport {defineRule} from '../../analysis/engine/rule.ts'\n\nexport default defineRule({\n  id: '${id}',\n  title: '',\n  severity: 'warning',\n  confidence: 0.8,\n  preset: 'default',\n  since: '0.1',\n  sources: [],\n  messages: {\n    found: {what: '', why: '', next: ''},\n  },\n\n  run(pass) {\n    void pass\n  },\n})\n`,
  )
  writeFileSync(
    `${folder}/rule.test.ts`,
    `import {goldenTest} from '../../analysis/testing/golden.ts'\nimport rule from './rule.ts'\n\ngoldenTest(rule, import.meta.url)\n`,
  )
  writeFileSync(`${folder}/testdata/basic.go`, `package basic\n`)
} else {
  writeFileSync(
    `${folder}/detector.ts`,
    `// ${id}: see detector.md beside this file.\nimport {defineDetector} from '../../diagnosis/engine/detector.ts'\n\nexport default defineDetector({\n  id: '${id}',\n  title: '',\n  severity: 'warning',\n  since: '0.1',\n  sources: [],\n  settings: {},\n  messages: {\n    found: {what: '', why: '', next: ''},\n  },\n\n  run: () => [],\n})\n`,
  )
}
console.log(`src/${kind}s/${id}: fill in ${kind}.ts, ${kind}.md and testdata`)
