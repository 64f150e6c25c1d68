// Checks of other linters that look for what a rule looks for, in its usual form: a comment that silences one of them there was meant for the rule too.
// golangci-lint's names are those of `//nolint`, checks of staticcheck those of `//lint:ignore`. Beside go vet's two narrower checks (cgocall, unsafeptr), which
// are of the same hazard, only checks with the same claim are here.

interface Peers {
  /** Linters of golangci-lint; `govet` stands for go vet's analyzers. */
  readonly linters: readonly string[]
  /** Checks of staticcheck. */
  readonly checks?: readonly string[]
  /** The analyzer behind a linter with many, for the reader. */
  readonly analyzer: string
}

export const peers: Readonly<Record<string, Peers | undefined>> = {
  'atomic-64bit-align': {linters: ['govet', 'staticcheck'], checks: ['SA1027'], analyzer: 'atomicalign, SA1027'},
  'atomic-assign': {linters: ['govet', 'revive'], analyzer: 'atomic'},
  'cgo-go-pointer-to-c': {linters: ['govet'], analyzer: 'cgocall'},
  'context-key-type': {linters: ['staticcheck', 'revive'], checks: ['SA1029'], analyzer: 'SA1029, context-keys-type'},
  'context-lost-cancel': {linters: ['govet', 'gosec'], analyzer: 'lostcancel, G118'},
  'context-not-propagated': {linters: ['contextcheck'], analyzer: 'contextcheck'},
  'context-reassigned-outer': {linters: ['fatcontext'], analyzer: 'fatcontext'},
  copylocks: {linters: ['govet'], analyzer: 'copylocks'},
  'defer-in-loop': {linters: ['gocritic', 'revive'], analyzer: 'deferInLoop, defer'},
  'explicit-gc-call': {linters: ['revive'], analyzer: 'call-to-gc'},
  'finalizer-closes-over-object': {linters: ['staticcheck'], checks: ['SA5005'], analyzer: 'SA5005'},
  'http-request-without-context': {linters: ['noctx'], analyzer: 'noctx'},
  'http-response-body-leak': {linters: ['bodyclose'], analyzer: 'bodyclose'},
  'lock-pair-mismatch': {linters: ['gocritic'], analyzer: 'badLock'},
  'loop-var-capture': {linters: ['govet', 'gosec'], analyzer: 'loopclosure, G601'},
  'nil-map-write': {linters: ['govet'], analyzer: 'nilness'},
  'pprof-exposed': {linters: ['gosec'], analyzer: 'G108'},
  'sync-pool-copied': {linters: ['govet'], analyzer: 'copylocks'},
  'sync-pool-nonpointer': {linters: ['staticcheck'], checks: ['SA6002'], analyzer: 'SA6002'},
  'unsafe-slice-header': {linters: ['govet'], analyzer: 'unsafeptr'},
  'unsafe-uintptr-stored': {linters: ['govet'], analyzer: 'unsafeptr'},
  'waitgroup-add-in-goroutine': {linters: ['govet', 'staticcheck'], checks: ['SA2000'], analyzer: 'waitgroup, SA2000'},
}

/** Whether a name in `//nolint` means a linter of which one check is this rule's peer. `vet` is golangci-lint's other name of govet. */
export const isPeerLinter = (name: string, ruleId: string): boolean =>
  peers[ruleId]?.linters.includes(name === 'vet' ? 'govet' : name.toLowerCase()) === true

/** Whether a name in `//lint:ignore` covers a check that is this rule's peer. staticcheck takes patterns of file names (`SA6*`), of which `*` is known here. */
export function isPeerCheck(name: string, ruleId: string): boolean {
  const [start = '', end] = name.split('*', 2)
  return (
    peers[ruleId]?.checks?.some(check => (end === undefined ? check === name : check.startsWith(start) && check.endsWith(end))) === true
  )
}
