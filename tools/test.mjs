// `npm test`: installs, builds, checks, then runs every test. Arguments go to vitest.
import {spawnSync} from 'node:child_process'
import {install, root, run} from './setup.mjs'

install()
run(process.execPath, ['tools/build.mjs'])
run(process.execPath, ['tools/check.mjs'])
const {status} = spawnSync('node_modules/.bin/vitest', ['run', ...process.argv.slice(2)], {cwd: root, stdio: 'inherit'})
process.exit(status ?? 1)
