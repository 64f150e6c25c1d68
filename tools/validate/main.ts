// `npm run validate`: real Go programs beside the simulator. `measure` runs the programs, `report` writes docs/validation.md; without a word both.
// `calibrate --output FILE` measures a cost profile with the same care: of several runs the least disturbed one.
// With --rows readyNs,parkNs only these are added to the file.
// Flags: --only w1,w4  --runs 10  --seconds 4  --release go1.25.9  --quick (three runs of one second)
// --when-idle MINUTES (on a shared machine: each run begins in an idle moment)  --through CMD (each run is started through it, like "taskset -c 0,1").
import {measure, olderReleases, workloads} from './measure.ts'

const args = process.argv.slice(2)
const flag = (name: string) => {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? undefined : args[at + 1]
}
const what = args[0] === 'measure' || args[0] === 'report' || args[0] === 'calibrate' ? args[0] : 'both'
const quick = args.includes('--quick')
const runs = Number(flag('runs') ?? (quick ? 3 : 10))
const seconds = Number(flag('seconds') ?? (quick ? 1 : 4))
const only = flag('only')?.split(',')
const release = flag('release')
const unknown = only?.filter(name => !(workloads as readonly string[]).includes(name)) ?? []
if (unknown.length > 0 || !(runs >= 1 && runs <= 100) || !(seconds >= 0.5 && seconds <= 600)) {
  console.error(
    `validate: ${unknown.length > 0 ? `no workload ${unknown.join(', ')}; there are ${workloads.join(', ')}` : 'runs are 1 to 100, seconds 0.5 to 600'}`,
  )
  process.exit(2)
}
const through = flag('through')
const minutes = flag('when-idle')
const how = {
  runs,
  seconds,
  ...(through === undefined ? {} : {through}),
  ...(minutes === undefined ? {} : {whenIdle: {cpus: 0.1, minutes: Number(minutes)}}),
}
const say = (line: string) => console.error(line)

if (what === 'calibrate') {
  const {addRows, calibrate, profilePath} = await import('./calibrate.ts')
  const rows = flag('rows')?.split(',')
  if (rows === undefined) calibrate(flag('name') ?? 'this-machine', flag('output') ?? profilePath, runs, say, through)
  else addRows(flag('output') ?? profilePath, rows, runs, say, through)
} else if (what !== 'report') {
  if (what === 'both') {
    const {calibrate, profilePath} = await import('./calibrate.ts')
    calibrate('this-machine', profilePath, 3, say, through)
  }
  if (release === undefined) measure({...how, only: only ?? workloads, say})
  for (const [name, shown] of Object.entries(olderReleases)) {
    if (release === undefined ? only !== undefined : release !== name) continue
    measure({...how, only: only ?? shown, runs: Math.min(runs, 5), release: name, say})
  }
}
if (what === 'report' || what === 'both') {
  const {report} = await import('./report.ts')
  report(say)
}
