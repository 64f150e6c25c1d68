// Small services that fail in ordinary ways (fixtures/services), captured by `gotriage collect`: the first cause and its line.
import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {checkout} from '../base/testing/needs.ts'
import {nodeHost} from '../host/node/node-host.ts'
import {diagnose} from './diagnose.ts'

const services: readonly (readonly [name: string, cause: string, line: string])[] = [
  ['abandoned-answers', 'unbounded-map-growth', '	c.m[k] = v'],
  ['buffer-per-request', 'allocation-churn', '	in := bufio.NewReaderSize(body, 1<<20)'],
  ['c-strings', 'c-memory-leak', '	return int(C.hash(C.CString(key)))'],
  ['cyclic-tree', 'panic', '		n += child.count()'],
  ['dropped-cancel', 'goroutine-leak', '		<-ctx.Done()'],
  ['eager-batcher', 'busy-loop', '		case n := <-b.in:'],
  ['endless-tickers', 'goroutine-leak', '	for range t.C {'],
  ['forgotten-unlock', 'deadlock', '		return errUnknown'],
  ['growing-slice', 'retained-allocations', 'func newEvent() *event { return &event{at: time.Now()} }'],
  ['kept-permits', 'deadlock', 'func (c *converter) acquire() { c.permits <- struct{}{} }'],
  ['late-timers', 'retained-allocations', '	c := &cart{customer: customer, receipt: make([]byte, 8<<10)}'],
  ['low-memory-limit', 'gc-cpu', '	debug.SetMemoryLimit(64 << 20) // as the container had when the service was young'],
  ['nil-channel', 'goroutine-leak', '	<-s.ready'],
  ['no-read-timeout', 'slow-clients', '	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&batch); err != nil {'],
  ['one-cond', 'deadlock', '		o.moved.Wait()'],
  ['open-bodies', 'response-body-leak', '	resp, err := http.Get(base + "/health")'],
  ['open-rows', 'pool-exhausted', '	rs, err := db.QueryContext(ctx, "select a from t")'],
  ['pattern-per-request', 'repeated-setup', '	re, err := regexp.Compile(pattern)'],
  ['price-outside-tx', 'pool-exhausted', '	err = s.db.QueryRowContext(ctx, "select price from items where id = ?", item).Scan(&price)'],
  ['read-lock-twice', 'deadlock', '	c.mu.RLock()'],
  ['silent-audit', 'finalizers-stuck', '	closed <- s.id'],
  ['silent-backend', 'missing-timeout', '	return http.Get("http://" + address + path)'],
  ['slow-consumer', 'retained-allocations', '			o.push(message{i, make([]byte, 2048)})'],
  ['slow-lock', 'lock-contention', '	time.Sleep(2 * time.Millisecond) // asks another service under the lock'],
  ['timer-per-message', 'retained-allocations', '		case <-time.After(time.Hour):'],
  ['uncollected', 'collector-off', '	debug.SetGCPercent(-1) // pauses hurt the 99th percentile'],
  ['two-locks', 'deadlock', '	from.mu.Lock()'],
]

test.each(services)('%s: the first cause is %s, with its line', async (name, cause, line) => {
  const folder = `${checkout}fixtures/services/${name}`
  const {envelope} = await diagnose({paths: ['.']}, nodeHost({cwd: folder}), {})
  const [first] = envelope.causes
  expect(first?.id).toBe(cause)
  expect(first?.confidence).toBeGreaterThanOrEqual(0.6)
  const lines = readFileSync(`${folder}/main.go`, 'utf8').split('\n')
  expect(lines).toContain(line)
  expect(first?.places.map(place => place.file === 'main.go' && lines[place.line - 1])).toContain(line)
})

test('the second cause of abandoned-answers is the goroutines that send to nobody', async () => {
  const {envelope} = await diagnose({paths: ['.']}, nodeHost({cwd: `${checkout}fixtures/services/abandoned-answers`}), {})
  const leak = envelope.causes.find(one => one.id === 'goroutine-leak')
  expect(leak?.confidence).toBeGreaterThanOrEqual(0.7)
  expect(leak?.chain.map(step => step.because).join()).toContain('when the select takes another case')
})

test('what keeps the timers of timer-per-message is told by the hazard in its source, with the remedy', async () => {
  const {envelope} = await diagnose({paths: ['.']}, nodeHost({cwd: `${checkout}fixtures/services/timer-per-message`}), {})
  const [first] = envelope.causes
  expect(first?.chain.map(step => step.because).join()).toContain('stays until it fires')
  expect(first?.remedies[0]?.do).toContain('Make one timer before the loop')
})

test.each(['open-sockets', 'warm-up'])('%s is well, and no cause is more than a suspicion', async name => {
  const {envelope} = await diagnose({paths: ['.']}, nodeHost({cwd: `${checkout}fixtures/services/${name}`}), {})
  expect(envelope.artifacts.length).toBeGreaterThan(5)
  expect(envelope.causes.filter(cause => cause.confidence >= 0.5)).toEqual([])
})
