// `npm start`: installs, builds, runs the main job on the bundled incident and says where the report is.
import {spawnSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {install, root, run} from './setup.mjs'

install()
run(process.execPath, ['tools/build.mjs'])
const incident = 'examples/incidents/map-growth-oom'
mkdirSync(`${root}tmp`, {recursive: true})
const report = 'tmp/map-growth-oom.html'
const gotriage = args =>
  spawnSync(process.execPath, ['bin/gotriage.js', ...args], {cwd: root, stdio: ['ignore', 'inherit', 'inherit']}).status
const code = gotriage(['diagnose', incident]) // 1 says that a cause was found, which is the main job
if (code !== 0 && code !== 1) process.exit(code ?? 3)
const html = gotriage(['diagnose', incident, '--format', 'html', '-o', report])
if (html !== 0 && html !== 1) process.exit(html ?? 3)
console.log(`\nThe same as a page: ${report}`)
