// What a failure text means. Texts: runtime/panic.go, error.go, map*.go, proc.go, sema.go, malloc.go, checkptr.go, cgocall.go of Go 1.5 to 1.26.
import type {CrashClass} from '../model/crash.ts'

const classes: readonly (readonly [CrashClass, RegExp])[] = [
  [
    'cgo-pointer',
    /cgo argument has Go pointer to|argument of cgo function has |result of Go function \S* ?(?:called from cgo )?is |cgo result (?:is|has) .*Go pointer|cgo argument has .*Go pointer|Go pointer stored into non-Go memory/,
  ],
  ['checkptr', /^checkptr: |: checkptr: /],
  ['nil-dereference', /invalid memory address or nil pointer dereference/],
  ['index-out-of-range', /index out of range/],
  ['slice-bounds', /slice bounds out of range|cannot convert slice with length/],
  ['nil-map-write', /assignment to entry in nil map/],
  ['type-assertion', /interface conversion: /],
  ['closed-channel', /^(?:send on closed channel|close of closed channel|close of nil channel)/],
  ['negative-waitgroup', /^sync: (?:negative WaitGroup counter|WaitGroup (?:misuse|is reused))/],
  ['divide-by-zero', /integer divide by zero/],
  ['unhashable-key', /hash of unhashable type|comparing uncomparable type/],
  ['makeslice', /makeslice: (?:len|cap) out of range|makechan: size out of range/],
  ['test-timeout', /^test timed out after /],
  ['concurrent-map', /^concurrent map |small map with no empty slot \(concurrent map writes\?\)/],
  ['deadlock', /all goroutines are asleep - deadlock!|no goroutines \(main called runtime\.Goexit\)/],
  ['unlock-of-unlocked', /^sync: (?:unlock of unlocked mutex|R?Unlock of unlocked RWMutex|inconsistent mutex state)/i],
  ['synctest-bubble', /synctest (?:channel|timer|goroutine|bubble)/],
  ['stack-overflow', /^stack overflow|goroutine stack exceeds/],
  ['out-of-memory', /out of memory|^cannot allocate memory|cannot map pages|cannot reserve arena/],
  ['thread-exhaustion', /^(?:thread exhaustion|newosproc|pthread_create failed)|runtime\/cgo: pthread_create failed/],
  [
    'bad-pointer',
    /found bad pointer in Go heap|sweep increased allocation count|found pointer to free object|marked free object|^markroot: |invalid pointer|pointer to unallocated span/,
  ],
  ['unexpected-signal', /unexpected signal during runtime execution|^unexpected signal/],
  ['fault', /^fault$|unexpected fault address/],
  ['morestack', /morestack on g0|morestack on gsignal|stack split at bad time|stack not a power of 2|runtime: split stack overflow/],
]

export function crashClass(severity: 'panic' | 'fatal' | 'signal', message: string): CrashClass {
  const found = classes.find(([, pattern]) => pattern.test(message))
  if (found) return found[0]
  return severity === 'panic' ? 'panic' : severity === 'fatal' ? 'fatal-error' : message.startsWith('SIGQUIT') ? 'quit' : 'signal'
}
