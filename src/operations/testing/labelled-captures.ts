// Captures of our own programs with what is wrong with them, told by who wrote them: the set that confidence is scored on. A cause that is not listed
// does not hold in that program, whatever the evidence looks like.

export interface LabelledCapture {
  /** Below the checkout. */
  readonly program: string
  /** What is diagnosed, below the program; its module is the source. */
  readonly capture: string
  /** Causes that hold and that the capture shows, the first being the answer; none for a program that is well. */
  readonly holds: readonly string[]
  /** Causes that hold and that the capture does not show. */
  readonly hidden?: readonly string[]
}

const service = (name: string, ...holds: readonly string[]): LabelledCapture => ({
  program: `fixtures/services/${name}`,
  capture: '.',
  holds,
})
const incident = (program: string, ...holds: readonly string[]): LabelledCapture => ({
  program: `examples/incidents/${program}`,
  capture: '.',
  holds,
})
const stage = (program: string, capture: string, ...holds: readonly string[]): LabelledCapture => ({
  program: `examples/incidents/${program}`,
  capture,
  holds,
})

/** One small service in settings of its own and of its host. */
const beside = (capture: string, ...holds: readonly string[]): LabelledCapture => ({program: 'fixtures/programs/beside', capture, holds})

export const labelledCaptures: readonly LabelledCapture[] = [
  service('abandoned-answers', 'unbounded-map-growth', 'goroutine-leak'),
  service('buffer-per-request', 'allocation-churn'),
  service('c-strings', 'c-memory-leak'),
  service('cyclic-tree', 'panic'),
  service('dropped-cancel', 'goroutine-leak'),
  service('eager-batcher', 'busy-loop'),
  service('endless-tickers', 'goroutine-leak'),
  service('forgotten-unlock', 'deadlock'),
  service('growing-slice', 'retained-allocations'),
  service('late-timers', 'retained-allocations'),
  service('low-memory-limit', 'gc-cpu'),
  service('nil-channel', 'goroutine-leak'),
  service('open-bodies', 'response-body-leak'),
  service('open-rows', 'pool-exhausted', 'goroutine-leak'),
  service('open-sockets'),
  service('price-outside-tx', 'pool-exhausted'),
  service('read-lock-twice', 'deadlock'),
  service('silent-audit', 'finalizers-stuck', 'c-memory-leak'),
  service('silent-backend', 'missing-timeout'),
  service('slow-consumer', 'retained-allocations'),
  service('slow-lock', 'lock-contention'),
  service('timer-per-message', 'retained-allocations'),
  service('two-locks', 'deadlock'),
  service('warm-up'),
  incident('cgo-retained-pointer', 'c-keeps-go-pointer', 'c-memory-leak', 'thread-growth'),
  incident('cgo-retained-pointer/fixed'),
  incident(
    'gin-context-contamination',
    'concurrent-map-access',
    'request-context-reused',
    'context-key-conflict',
    'goroutine-leak',
    'missing-timeout',
  ),
  incident('gin-context-contamination/fixed'),
  incident('map-growth-oom', 'unbounded-map-growth'), // its low GOGC takes 6 % of the used CPU
  {...stage('map-growth-oom', 'load-test'), hidden: ['unbounded-map-growth']}, // nobody logs in
  stage('map-growth-oom', 'out-of-memory', 'unbounded-map-growth', 'gc-cpu'),
  incident('map-growth-oom/wrong-cures', 'unbounded-map-growth'),
  incident('map-growth-oom/fixed'),
  stage('map-growth-oom/fixed', 'out-of-memory'),
  incident('render-thread-confinement', 'c-library-global-state'),
  incident('render-thread-confinement/fixed'),
  incident('scheduler-latency', 'scheduler-latency'),
  incident('scheduler-latency/fixed'),
  beside('alone'),
  beside('assembly', 'scheduler-latency'),
  beside('beside-others', 'host-cpu-shortage'),
  beside('c', 'scheduler-latency'),
  beside('many-ps', 'scheduler-latency'),
  beside('quota', 'scheduler-latency'),
  beside('saturated', 'scheduler-latency'),
]
