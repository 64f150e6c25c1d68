// c-keeps-go-pointer: C keeps a pointer to Go memory and dies on it later. See cause.md.
import {combine, type SupportFactor} from '../../diagnosis/confidence.ts'
import {type CaseFile, defineCause} from '../../diagnosis/engine/cause.ts'
import {explains, type FoundCause, observationsOf, placesOfAll, says, shownPlace, shows} from '../../diagnosis/join.ts'
import type {Hazard, Observation} from '../../findings/finding.ts'
import {packageOfSymbol} from '../../diagnosis/symbol-package.ts'

const keeps = ['cgo-retained-go-pointer']
/** What is told beside it: the same memory, seen from another side. */
const beside = ['cgo-go-pointer-to-c', 'cgo-callback-arg-escapes']

export default defineCause({
  id: 'c-keeps-go-pointer',
  title: 'C keeps a pointer to Go memory and dies on it',
  since: '0.1',
  joins: ['process-crash', 'go-pointer-in-c-frame', 'handler-panics', ...keeps, ...beside],

  find(facts) {
    const deaths = observationsOf(facts, 'process-crash', 'native-signal')
    const frames = observationsOf(facts, 'go-pointer-in-c-frame')
    const hazards = facts.hazards.filter(one => keeps.includes(one.id) && one.suppressed === undefined && isNear(one, deaths))
    return frames.length > 0 || (deaths.length > 0 && hazards.length > 0) ? [causeOf(facts, deaths, frames, hazards)] : []
  },
})

/** In the package whose call into C did not come back. */
function isNear(hazard: Hazard, deaths: readonly Observation[]): boolean {
  const paths = new Set(deaths.flatMap(one => one.places.slice(0, 1)).map(place => packageOfSymbol(place.symbol ?? '')))
  return hazard.places.some(place => place.symbol !== undefined && paths.has(packageOfSymbol(place.symbol)))
}

function causeOf(facts: CaseFile, deaths: readonly Observation[], frames: readonly Observation[], hazards: readonly Hazard[]): FoundCause {
  const stored = new Set(hazards.map(one => one.places[0]?.file))
  const others = facts.hazards.filter(
    one => beside.includes(one.id) && one.suppressed === undefined && one.places.some(place => stored.has(place.file)),
  )
  const checks = observationsOf(facts, 'handler-panics', 'cgo-check')
  const supports = new Set<SupportFactor>()
  if (deaths.length > 0) supports.add('the process died in C code')
  if (hazards.length > 0) supports.add('C code of the package keeps a pointer to Go memory')
  if (frames.length > 0) supports.add('C died on Go memory that the call did not give it')
  const [hazard] = hazards
  return {
    ...combine(supports, new Set()),
    title: `C keeps a pointer to Go memory${hazard === undefined ? '' : ` from ${shownPlace(hazard)}`} and the process dies on it later`,
    places: placesOfAll([...hazards, ...deaths, ...frames]),
    chain: [
      ...deaths.map(shows),
      ...frames.map(shows),
      ...hazards.map(explains),
      ...others.map(explains),
      says(
        'the collector does not look for pointers in C memory: when Go drops its own pointer it frees the value and gives the memory to another, and C reads that as its record; nothing is moved',
      ),
      ...checks.map(one =>
        says(`${one.what}: that request failed and the process went on, so it is not what ended it`, 'contradicts', [one.fingerprint]),
      ),
    ],
    wrongIf: [
      'the value stays reachable from Go, or pinned, for as long as C has it: then C damaged its memory in another way, which AddressSanitizer shows',
      'the C function that stores the pointer is always followed by one that forgets it before the Go function returns',
    ],
    remedies: [
      {
        kind: 'code',
        do: `Let C have memory of its own${hazard === undefined ? '' : ` at ${shownPlace(hazard)}`} (C.malloc), free it when the library has forgotten it, and pass a runtime/cgo.Handle for what Go wants back.`,
      },
      {
        kind: 'code',
        do: 'Or hold a runtime.Pinner (Go 1.21) from the call until C gives the pointer up; what a map holds cannot be pinned.',
      },
    ],
    verify: [
      {
        command: 'CGO_ENABLED=1 go build -asan, and the load that connects and disconnects, in a test environment',
        expect:
          'no report of AddressSanitizer: with -asan the collector poisons the Go memory it frees, so C that reads it is stopped at that line',
      },
      {
        command: 'GOGC=5 ./service, under the same load',
        expect: 'it runs on without a signal in C: a low GOGC frees memory and uses it again much sooner',
      },
    ],
    settle:
      frames.length > 0
        ? []
        : [
            {
              capture: "ulimit -c unlimited; GOTRACEBACK=crash ./service; gdb -batch -ex 'thread apply all bt 24' service core",
              because:
                'the arguments of the C frames show whether C died on an address of the Go heap (cost: a file as large as the process)',
            },
          ],
  }
}
