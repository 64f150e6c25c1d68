// `npm run bench -- NAME`: runs bench/NAME.ts; without a name lists what there is.
import {readdirSync} from 'node:fs'

const here = new URL('.', import.meta.url)
const names = readdirSync(here)
  .filter(file => file.endsWith('.ts') && file !== 'main.ts')
  .map(file => file.slice(0, -3))
  .toSorted()
const [name] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  console.error(`bench: ${name === undefined ? 'a name is missing' : `no benchmark "${name}"`}; there are: ${names.join(', ')}`)
  process.exitCode = 2
} else {
  process.argv.splice(2, 1)
  await import(new URL(`${name}.ts`, here).href)
}
