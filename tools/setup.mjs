// Installs what package-lock.json names, once per lock file, so that `npm start` and `npm test` need no step before them.
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.gotriage-installed`

export function run(command, args, options = {}) {
  const {status} = spawnSync(command, args, {cwd: root, stdio: 'inherit', ...options})
  if (status !== 0) process.exit(status ?? 1)
}

export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  run('npm', ['ci', '--no-audit', '--no-fund'])
  writeFileSync(stamp, lock)
}

export {root}
