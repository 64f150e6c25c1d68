// Words for what an execution trace shows, the same in text, sentences and page.
import type {WaitCause} from '../../evidence/model/trace.ts'

/** What each cause means; a trace cannot say more. */
export const causeWords: Readonly<Record<WaitCause, string>> = {
  'stop-the-world': 'the world was stopped',
  'runtime-lock': 'half or more of the CPU samples in it (at least 3) stood in runtime.lock2 or unlock2',
  'gc-mark': 'GC was marking and no P was idle',
  'proc-held': 'a goroutine held a P over 20 ms and no P was idle: it could not be preempted, or the host gave its thread no CPU',
  saturation: 'no P was idle',
  'wake-up-storm': 'many goroutines became runnable within 100 µs',
  'wake-up': 'a P was idle: waking a thread took the time, or the host gave it no CPU',
}

/** `C.nap` for the stub of a C function. */
export const callText = ({call}: {readonly call: string}) => (call === '' ? '(from C)' : call.replace(/^.*_C2?func_/, 'C.'))
