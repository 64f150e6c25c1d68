// `npm run build`: JavaScript bundles by esbuild (entries share chunks, packages stay outside), declarations by tsc.
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
spawnSync(process.execPath, ['tools/generate.mjs'], {stdio: 'inherit'})
rmSync('dist', {recursive: true, force: true})

/** Every src/**\/*.worker.ts becomes dist/<name>.worker.js, so that a bundled file finds it beside itself. */
const workers = readdirSync('src', {recursive: true})
  .map(String)
  .filter(f => f.endsWith('.worker.ts'))
  .map(f => join('src', f))
const entries = ['src/main.ts', 'src/index.ts', 'src/owned-map.ts', 'src/render.ts'].filter(f => existsSync(f))
const {metafile} = await build({
  entryPoints: [...entries, ...workers].map(f => ({in: f, out: f.replace(/^.*\//, '').replace(/\.ts$/, '')})),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: false,
  legalComments: 'none',
  minifySyntax: true, // puts constants of other modules in place: the trace reader's switches become jump tables
  loader: {'.md': 'text', '.css': 'text', '.html': 'text'},
  metafile: true,
})
// Results kept between runs name the build they came from: one small file to read instead of a look at every file.
const digest = createHash('sha256')
for (const path of Object.keys(metafile.outputs).sort()) digest.update(`${path}\0`).update(readFileSync(path))
writeFileSync('dist/build-id', `${digest.digest('hex')}\n`)
const types = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], {stdio: 'inherit'})
chmodSync('bin/gotriage.js', 0o755)
process.exitCode = types.status ?? 1
