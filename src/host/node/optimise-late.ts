// When V8 compiles for speed, on Node 20. A short run ends before optimised code has paid for its compilation: with V8's own budget, checking one
// package of gin again takes 1.7 times the processor time that it takes with sixteen times as much (docs/measurements/types.md). How long a run will
// be is not known beforehand, so it begins patiently and goes on as usual once it has become a long one. Later versions have a compiler between
// (Maglev), need this less, and count in another way: they are left as they are.
import {setFlagsFromString} from 'node:v8'

/** What a function runs through between two looks at whether to optimise it, in bytes of its bytecode: V8 11.3, `node --v8-options`, interrupt-budget. */
const usualBudget = 67_584
const patientBudget = 16 * usualBudget
/** For work on several threads, whatever its length: see {@link optimiseSparingly}. */
const sparingBudget = 8 * usualBudget
/** A run that took more processor time than this is a long one. Unit: µs. */
const shortRunUs = 4_000_000

/** V8 11.3 is that of Node 20. */
const looksAtBudget = process.versions.v8.startsWith('11.')

/**
 * For runs whose own threads keep all processors busy, so that compilation takes time from the work itself: a diagnosis of 100 MB of evidence with
 * 300,000 lines of source takes 0.8 of the time that it takes with V8's own budget (docs/measurements/diagnose.md).
 */
export function optimiseSparingly(): void {
  if (looksAtBudget) setFlagsFromString(`--interrupt-budget=${sparingBudget}`)
}

/** Begins patiently. Call what it gives now and then: it ends the patience when the run has become a long one. */
export function optimiseLate(): () => void {
  if (!looksAtBudget) return () => {}
  setFlagsFromString(`--interrupt-budget=${patientBudget}`)
  let patient = true
  return () => {
    if (!patient) return
    const {user, system} = process.cpuUsage()
    if (user + system < shortRunUs) return
    patient = false
    setFlagsFromString(`--interrupt-budget=${usualBudget}`)
  }
}
