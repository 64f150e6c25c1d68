// The phases of HTTP requests that `curl -w` timed, and which time-outs of Go's net/http bound each of them.
// Sources: curl(1) --write-out (all times count from the start of the request); net/http transport.go (Transport, DefaultTransport), client.go
// (Client.Timeout), net/dial.go (Dialer.Timeout) of Go 1.26.

export interface RequestPhase {
  readonly name:
    | 'redirects'
    | 'last request'
    | 'name lookup'
    | 'connect'
    | 'TLS handshake'
    | 'request'
    | 'waiting for the first byte'
    | 'body'
  readonly seconds: number
}

/** Phases that took time, in order; undefined when the request has no total. A phase whose times are missing is part of the next. */
export function phasesOf(times: ReadonlyMap<string, number>): readonly RequestPhase[] | undefined {
  const total = times.get('time_total')
  if (total === undefined) return undefined
  const redirects = times.get('time_redirect') ?? 0
  // The manual does not say whether the other times then count from the start of all or of the last request.
  if (redirects > 0)
    return [
      {name: 'redirects', seconds: Math.min(redirects, total)},
      {name: 'last request', seconds: Math.max(0, total - redirects)},
    ]
  const ends: readonly (readonly [RequestPhase['name'], string])[] = [
    ['name lookup', 'time_namelookup'],
    ['connect', 'time_connect'],
    ['TLS handshake', 'time_appconnect'],
    ['request', 'time_pretransfer'],
    ['waiting for the first byte', 'time_starttransfer'],
    ['body', 'time_total'],
  ]
  const phases: RequestPhase[] = []
  let before = 0
  for (const [name, variable] of ends) {
    const at = times.get(variable)
    // 0 says that the phase was not: no TLS, a connection that was kept.
    if (at === undefined || at <= before) continue
    phases.push({name, seconds: at - before})
    before = at
  }
  return phases
}

/** What ends a phase that takes too long in a Go client, and what it is when nobody sets it. */
export const boundsOf: Readonly<Record<RequestPhase['name'], string>> = {
  redirects: 'http.Client.Timeout, which counts all redirects together (none by default)',
  'last request': 'http.Client.Timeout, which counts the redirects too (none by default)',
  'name lookup': 'net.Dialer.Timeout, for lookup and connect together (30 s in http.DefaultTransport, none in a Dialer of your own)',
  connect: 'net.Dialer.Timeout, for lookup and connect together (30 s in http.DefaultTransport, none in a Dialer of your own)',
  'TLS handshake': 'http.Transport.TLSHandshakeTimeout (10 s in http.DefaultTransport, none in a Transport of your own)',
  request: 'http.Client.Timeout or the deadline of the request (none by default)',
  'waiting for the first byte': 'http.Transport.ResponseHeaderTimeout (none by default)',
  body: 'http.Client.Timeout or the deadline of the request (none by default); ResponseHeaderTimeout is over by then',
}
