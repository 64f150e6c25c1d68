// Workers that each own one instance of something that must not be shared, and a bounded queue before them. A deadline counts from the lease and
// ends the worker, because a waiter that gives up stops nothing. Every request is answered exactly once. Knows nothing of Graphviz.
import {assert} from '../../base/errors.ts'
import {live, type Life, type Retirement} from './life.ts'

/** What a worker says about one request. */
export interface Reply<A> {
  readonly value: A
  /** The instance may be damaged: no further request goes to it. */
  readonly poisoned?: boolean
  /** Memory the instance holds now. */
  readonly memoryBytes?: number
}

/** A thread or process that serves one request at a time. */
export interface Vessel<Q> {
  send(request: Q): void
  stop(): void
}

export interface VesselEvents<A> {
  ready(): void
  replied(reply: Reply<A>): void
  /** It ended, for whatever reason; nothing more comes from it. */
  died(why: string): void
}

export type StartVessel<Q, A> = (events: VesselEvents<A>) => Vessel<Q>

export interface PoolOptions {
  readonly workers: number
  /** Requests that may wait; one more is refused at once. */
  readonly waitingMax: number
  readonly deadlineMs: number
  /** A worker that does not get ready in this time has failed. */
  readonly bootMs: number
  /** A worker retires after this many requests, or when its instance holds more memory. */
  readonly rendersMax: number
  readonly memoryBytesMax: number
  /** How often a request is tried again when its worker dies on its own. */
  readonly retriesMax: number
}

export const poolDefaults: PoolOptions = {
  workers: 2,
  waitingMax: 1000,
  deadlineMs: 5000,
  bootMs: 30_000,
  rendersMax: 500,
  memoryBytesMax: 256 * 1024 * 1024,
  retriesMax: 2,
}

export type Outcome<A> =
  /** `waitedMs`: from the request to the last lease; `tookMs`: from that lease to the answer. */
  | {readonly kind: 'answered'; readonly value: A; readonly waitedMs: number; readonly tookMs: number; readonly attempts: number}
  | {readonly kind: 'deadline'; readonly afterMs: number; readonly waitedMs: number; readonly tookMs: number}
  /** Its worker died, and so did those that tried again. */
  | {readonly kind: 'died'; readonly why: string; readonly attempts: number}
  /** A newer request with the same key took its place in the queue. */
  | {readonly kind: 'superseded'}
  | {readonly kind: 'refused'; readonly why: 'queue full' | 'closed'}
  | {readonly kind: 'cancelled'}

export interface RunOptions {
  readonly key?: string
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

export interface PoolCounts {
  readonly asked: number
  readonly answered: Readonly<Record<Outcome<unknown>['kind'], number>>
  readonly created: number
  readonly retired: Readonly<Partial<Record<Retirement, number>>>
  readonly waiting: number
  readonly leased: number
}

interface Job<Q, A> {
  readonly request: Q
  readonly options: RunOptions
  readonly askedAt: number
  attempts: number
  resolve: ((outcome: Outcome<A>) => void) | undefined
  unlisten(): void
}

interface Worker<Q, A> {
  life: Life
  vessel: Vessel<Q> | undefined
  renders: number
  job: Job<Q, A> | undefined
  leasedAt: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Workers in a row that may fail to start before waiting requests are told so. */
const bootFailuresMax = 3

export class Pool<Q, A> {
  readonly #start: StartVessel<Q, A>
  readonly #options: PoolOptions
  readonly #workers = new Set<Worker<Q, A>>()
  #waiting: Job<Q, A>[] = []
  #closed = false
  #bootFailures = 0
  #asked = 0
  #created = 0
  readonly #answered: Record<Outcome<A>['kind'], number> = {answered: 0, deadline: 0, died: 0, superseded: 0, refused: 0, cancelled: 0}
  readonly #retired: Partial<Record<Retirement, number>> = {}

  constructor(start: StartVessel<Q, A>, options: Partial<PoolOptions> = {}) {
    this.#start = start
    this.#options = {...poolDefaults, ...options}
  }

  /** Never rejects. */
  run(request: Q, options: RunOptions = {}): Promise<Outcome<A>> {
    this.#asked++
    return new Promise(resolve => {
      const job: Job<Q, A> = {request, options, askedAt: performance.now(), attempts: 0, resolve, unlisten: () => undefined}
      if (this.#closed) return this.#answer(job, {kind: 'refused', why: 'closed'})
      if (options.signal?.aborted) return this.#answer(job, {kind: 'cancelled'})
      if (!this.#enqueue(job)) return this.#answer(job, {kind: 'refused', why: 'queue full'})
      if (options.signal) {
        const {signal} = options
        const cancel = () => this.#cancel(job)
        signal.addEventListener('abort', cancel, {once: true})
        job.unlisten = () => signal.removeEventListener('abort', cancel)
      }
      this.#dispatch()
    })
  }

  counts(): PoolCounts {
    return {
      asked: this.#asked,
      answered: {...this.#answered},
      created: this.#created,
      retired: {...this.#retired},
      waiting: this.#waiting.length,
      leased: [...this.#workers].filter(worker => worker.life === 'leased').length,
    }
  }

  /** Ends every worker; what waits or is at work is answered as refused. */
  close(): void {
    this.#closed = true
    for (const worker of this.#workers) {
      const {job} = worker
      this.#retire(worker, 'closed')
      if (job) this.#answer(job, {kind: 'refused', why: 'closed'})
    }
    for (const job of this.#waiting.splice(0)) this.#answer(job, {kind: 'refused', why: 'closed'})
  }

  /** The newest request of a key stands where the older one stood, which does not lose its turn that way. */
  #enqueue(job: Job<Q, A>): boolean {
    const {key} = job.options
    const older = key === undefined ? -1 : this.#waiting.findIndex(other => other.options.key === key)
    if (older !== -1) {
      const [replaced] = this.#waiting.splice(older, 1, job)
      if (replaced) this.#answer(replaced, {kind: 'superseded'})
      return true
    }
    if (this.#waiting.length >= this.#options.waitingMax) return false
    this.#waiting.push(job)
    return true
  }

  #answer(job: Job<Q, A>, outcome: Outcome<A>): void {
    const {resolve} = job
    assert(resolve !== undefined, 'a request is answered once')
    job.resolve = undefined
    job.unlisten()
    this.#answered[outcome.kind]++
    resolve(outcome)
  }

  #cancel(job: Job<Q, A>): void {
    const place = this.#waiting.indexOf(job)
    if (place !== -1) this.#waiting.splice(place, 1)
    else for (const worker of this.#workers) if (worker.job === job) this.#retire(worker, 'cancelled')
    if (job.resolve) this.#answer(job, {kind: 'cancelled'})
    this.#dispatch()
  }

  #dispatch(): void {
    if (this.#closed) return
    for (const worker of this.#workers) {
      if (worker.life !== 'returned') continue
      const job = this.#waiting.shift()
      if (!job) return
      this.#lease(worker, job)
    }
    const starting = [...this.#workers].filter(worker => worker.life === 'created').length
    const room = this.#options.workers - this.#workers.size
    for (let i = 0; i < Math.min(room, this.#waiting.length - starting); i++) this.#create()
  }

  #create(): void {
    const worker: Worker<Q, A> = {life: 'created', vessel: undefined, renders: 0, job: undefined, leasedAt: 0, timer: undefined}
    this.#workers.add(worker)
    this.#created++
    worker.timer = setTimeout(() => this.#lost(worker, 'boot', `it was not ready after ${this.#options.bootMs} ms`), this.#options.bootMs)
    worker.vessel = this.#start({
      ready: () => {
        if (worker.life !== 'created') return
        clearTimeout(worker.timer)
        this.#bootFailures = 0
        worker.life = live(worker.life, 'returned')
        this.#dispatch()
      },
      replied: reply => this.#replied(worker, reply),
      died: why => this.#lost(worker, worker.life === 'created' ? 'boot' : 'died', why),
    })
  }

  #lease(worker: Worker<Q, A>, job: Job<Q, A>): void {
    worker.life = live(worker.life, 'leased')
    worker.job = job
    worker.leasedAt = performance.now()
    job.attempts++
    const afterMs = job.options.deadlineMs ?? this.#options.deadlineMs
    // Timers run before messages: an answer that lies there already, because this thread was busy, still counts.
    worker.timer = setTimeout(() => setImmediate(() => this.#late(worker, job, afterMs)), afterMs)
    worker.vessel?.send(job.request)
  }

  #late(worker: Worker<Q, A>, job: Job<Q, A>, afterMs: number): void {
    if (worker.job !== job) return // answered, cancelled or closed
    const waitedMs = worker.leasedAt - job.askedAt
    const tookMs = performance.now() - worker.leasedAt
    this.#retire(worker, 'deadline')
    this.#answer(job, {kind: 'deadline', afterMs, waitedMs, tookMs})
    this.#dispatch()
  }

  #replied(worker: Worker<Q, A>, reply: Reply<A>): void {
    const {job} = worker
    if (worker.life !== 'leased' || !job) return // too late: the deadline was faster
    clearTimeout(worker.timer)
    worker.job = undefined
    worker.renders++
    const spent =
      reply.poisoned === true
        ? 'poisoned'
        : worker.renders >= this.#options.rendersMax
          ? 'renders'
          : (reply.memoryBytes ?? 0) > this.#options.memoryBytesMax
            ? 'memory'
            : undefined
    if (spent === undefined) worker.life = live(worker.life, 'returned')
    else this.#retire(worker, spent)
    this.#answer(job, {
      kind: 'answered',
      value: reply.value,
      waitedMs: worker.leasedAt - job.askedAt,
      tookMs: performance.now() - worker.leasedAt,
      attempts: job.attempts,
    })
    this.#dispatch()
  }

  #retire(worker: Worker<Q, A>, why: Retirement): void {
    worker.life = live(worker.life, 'retired')
    clearTimeout(worker.timer)
    worker.job = undefined
    this.#workers.delete(worker)
    this.#retired[why] = (this.#retired[why] ?? 0) + 1
    worker.vessel?.stop()
  }

  /** A worker ended on its own: its request is tried again, in front of the queue. */
  #lost(worker: Worker<Q, A>, why: 'boot' | 'died', text: string): void {
    if (worker.life === 'retired') return
    const {job} = worker
    this.#retire(worker, why)
    if (job && job.attempts <= this.#options.retriesMax) this.#waiting.unshift(job)
    else if (job) this.#answer(job, {kind: 'died', why: text, attempts: job.attempts})
    if (why === 'boot' && ++this.#bootFailures >= bootFailuresMax) {
      this.#bootFailures = 0
      for (const waiting of this.#waiting.splice(0))
        this.#answer(waiting, {kind: 'died', why: `no worker starts: ${text}`, attempts: waiting.attempts})
    }
    this.#dispatch()
  }
}
