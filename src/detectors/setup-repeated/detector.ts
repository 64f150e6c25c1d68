// setup-repeated: CPU time goes into making what could be made once: regular expressions, templates, certificate pools. See detector.md.
import {defineDetector, type Observed} from '../../diagnosis/engine/detector.ts'
import {placesOf, shownFrame} from '../../diagnosis/frame-places.ts'
import {anyFrame, percent, shareOf, timeIndex} from '../../diagnosis/profile-shares.ts'
import type {Frame} from '../../evidence/model/profile.ts'

type Kind = 'regexp' | 'template' | 'certificates' | 'location'

/** What each makes can be used by many goroutines at once, by its own documentation. */
const makers: readonly (readonly [kind: Kind, pattern: RegExp])[] = [
  ['regexp', /^regexp\.(?:Must)?Compile(?:POSIX)?$|^regexp\.compile$/],
  ['template', /^(?:text|html)\/template\.(?:\(\*Template\)\.)?Parse(?:Files|FS|Glob)?$/],
  ['certificates', /^crypto\/x509\.(?:SystemCertPool|\(\*CertPool\)\.AppendCertsFromPEM)$|^crypto\/tls\.(?:LoadX509KeyPair|X509KeyPair)$/],
  ['location', /^time\.LoadLocation$/],
]

/** Package initialisation happens once (runtime/proc.go, doInit since Go 1.13, doInit1 since 1.21). */
const once = /^runtime\.doInit1?$|\.init(?:\.\d+)?$|^sync\.\(\*Once\)\.(?:Do|doSlow)$/

export default defineDetector({
  id: 'setup-repeated',
  title: 'CPU time goes into making the same thing again and again',
  severity: 'warning',
  since: '0.1',
  sources: [
    'https://pkg.go.dev/regexp#Regexp',
    'https://pkg.go.dev/text/template#Template',
    'https://pkg.go.dev/html/template#Template',
    'https://pkg.go.dev/time#LoadLocation',
  ],
  settings: {
    shareMin: {value: 0.2, unit: 'of CPU time', source: 'detector.md#settings'},
    samplesMin: {value: 100, unit: 'samples', source: 'detector.md#settings'},
  },
  messages: {
    regexp: {
      what: '{site} compiles regular expressions for {share} of the CPU time',
      why: 'Compile parses the text and builds its automata each time; a *Regexp can be used by many goroutines at once, so one for each pattern is enough',
      next: 'Compile in a package variable (regexp.MustCompile), or where the patterns come from outside, when they are read; keep the *Regexp.',
    },
    template: {
      what: '{site} parses templates for {share} of the CPU time',
      why: 'a template that is parsed can be executed by many goroutines at once, so one parse is enough; html/template also escapes it anew before its first execution',
      next: 'Parse once, in a package variable with template.Must or when the file changes, and execute the same template.',
    },
    certificates: {
      what: '{site} reads certificates for {share} of the CPU time',
      why: 'a pool of certificates and a key pair are not changed by use; a tls.Config made anew also begins without sessions to resume',
      next: 'Read them once and share the tls.Config, or one http.Transport, among the connections.',
    },
    location: {
      what: '{site} loads time zones for {share} of the CPU time',
      why: 'time.LoadLocation reads the zone from disk or from the program each time; a *time.Location can be used by many goroutines at once',
      next: 'Load each zone once and keep the *time.Location.',
    },
  },

  run: (evidence, settings) =>
    evidence
      .of('profile')
      .filter(artifact => artifact.data.profileType === 'cpu')
      .flatMap(artifact =>
        makers.flatMap(([kind, pattern]): Observed<Kind>[] => {
          const made = outermost(pattern)
          const share = shareOf(artifact.data, timeIndex(artifact.data), made, artifact.program.module)
          const [site] = share.callers
          if (site === undefined || share.totalSamples < settings.samplesMin || site.value < settings.shareMin * share.total) return []
          const part = site.value / share.total
          return [
            {
              message: kind,
              data: {site: shownFrame(site.frame), share: percent(part), function: site.frame.function},
              subject: {kind: 'site', name: `${kind} made in ${site.frame.function}`},
              confidence: 0.85,
              measured: [
                {
                  name: 'share of CPU time',
                  value: Number(part.toFixed(3)),
                  unit: '1',
                  limit: settings.shareMin,
                  limitSource: 'detector.md#settings',
                  artifact: artifact.id,
                },
                {name: 'samples', value: site.samples, unit: 'samples', limit: settings.samplesMin, artifact: artifact.id},
              ],
              places: placesOf(site.stack, 'made here'),
            },
          ]
        }),
      ),
})

/** The frame that matches, unless the stack is one of initialisation. */
function outermost(pattern: RegExp): (frames: readonly Frame[]) => number | undefined {
  const [makes, initialises] = [anyFrame(pattern), anyFrame(once)]
  return frames => (initialises(frames) === undefined ? makes(frames) : undefined)
}
