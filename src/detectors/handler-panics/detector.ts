// handler-panics: requests failed because their handler panicked; net/http recovered and went on. See detector.md.
import {defineDetector, type Identified, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'

const cgoCheck = /argument of cgo function has |cgo argument has |cgo result |result of Go function .* is /

export default defineDetector({
  id: 'handler-panics',
  title: 'Handlers panic, and net/http recovers',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/net/http#Handler', 'https://github.com/golang/go/blob/go1.26.0/src/runtime/cgocall.go'],
  settings: {},
  messages: {
    panics: {
      what: '{count} a handler panicked{site}: {message}',
      why: 'net/http recovers a panic of a handler and writes it to its log: the request fails and the process goes on, so it shows in the log only',
      next: 'Look at the value that this line uses.',
    },
    'cgo-check': {
      what: '{count} cgocheck stopped a call into C{site}: {message}',
      why: 'the check runs before the call and panics; net/http recovered, so the request failed and C never saw the pointer. Converting the argument to a C type without pointers, or cgocheck=0, only takes the check away',
      next: 'Give C memory of its own, or a value without Go pointers.',
    },
  },

  run(evidence) {
    const groups = new Map<string, Identified<'crash'>[]>()
    for (const artifact of evidence.of('crash')) {
      if (artifact.data.class !== 'http-handler-panic') continue
      const {site, message} = artifact.data
      const key = site === undefined ? message : `${site.function}:${site.line} ${cgoCheck.test(message)}`
      groups.set(key, [...(groups.get(key) ?? []), artifact])
    }
    return [...groups.values()].flatMap(observe)
  },
})

function observe(artifacts: readonly Identified<'crash'>[]): Observed<'panics' | 'cgo-check'>[] {
  const [first] = artifacts
  if (first === undefined) return []
  const {site, message, goroutine} = first.data
  const frames = goroutine?.frames ?? []
  const at = site === undefined ? -1 : frames.findIndex(frame => frame.function === site.function && frame.line === site.line)
  const isCgo = cgoCheck.test(message)
  return [
    {
      message: isCgo ? 'cgo-check' : 'panics',
      data: {
        count: artifacts.length === 1 ? 'once' : `${artifacts.length} times`,
        message: message.slice(0, 200),
        site: site === undefined ? '' : ` at ${shownFrame(site)}`,
      },
      subject: {kind: 'process', name: `${isCgo ? 'cgocheck' : 'panic'}${site === undefined ? '' : ` in ${site.function}`}`},
      confidence: 0.99,
      measured: [{name: 'requests that failed by it', value: artifacts.length, unit: 'requests', artifact: first.id}],
      places: site === undefined ? [] : placesOf(at < 0 ? [site] : frames.slice(at, at + 3), 'panicked here'),
    },
  ]
}
