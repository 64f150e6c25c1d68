// request-panics: requests that failed because a handler panicked, and the line. See detector.md.
import {defineDetector} from '../../diagnosis/engine/detector.ts'
import type {DumpFrame} from '../../evidence/model/goroutines.ts'

export default defineDetector({
  id: 'request-panics',
  title: 'Handlers panic and requests fail',
  severity: 'warning',
  since: '0.1',
  sources: ['https://pkg.go.dev/github.com/gin-gonic/gin#Recovery', 'https://go.dev/ref/spec#Type_assertions'],
  settings: {},
  messages: {
    conversion: {
      what: 'a value of another type than expected made a handler panic{times}: {message}{site}',
      why: 'a type assertion with one result panics when the value has another type; the recovery answers 500, and the process goes on',
      next: 'Find out who stores the value of the other type, and use the form with two results.',
    },
    other: {
      what: 'a handler panicked{times}: {message}{site}',
      why: 'the recovery answers 500 and the process goes on, but locks that the handler held without defer stay locked',
      next: 'Mend the line that panics; the recovery is only a net.',
    },
  },

  run: evidence =>
    evidence.of('handler-panic').map(artifact => {
      const {message, frames, times} = artifact.data
      const own = frames.find(isOwn)
      return {
        message: /^interface conversion: /.test(message) ? ('conversion' as const) : ('other' as const),
        data: {
          message,
          times: times > 1 ? ` ${times} times` : '',
          site: own === undefined ? '' : ` (${own.file.replace(/^.*[/\\]/, '')}:${own.line})`,
        },
        subject: {kind: 'site' as const, name: own === undefined ? message : `${own.file}:${own.line}`},
        confidence: 0.95,
        measured: [{name: 'requests that panicked', value: times, unit: 'requests', artifact: artifact.id}],
        places: own === undefined ? [] : [{role: 'primary' as const, file: own.file, line: Math.max(1, own.line), label: 'panics here'}],
      }
    }),
})

/** Neither the runtime or the standard library, with and without -trimpath, nor a module of the module cache. */
const isOwn = (frame: DumpFrame) =>
  !/@v\d/.test(frame.file) &&
  !/(?:^|\/)(?:libexec|go[\d.]*|golang)\/src\//.test(frame.file) &&
  /^(?:\/|[A-Za-z]:|[^/]*\.[^/]*\/|main\/)/.test(frame.file)
