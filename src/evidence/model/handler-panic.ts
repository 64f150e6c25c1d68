// A panic that a server recovered from: the request failed, the process lives. Written by gin's Recovery and by net/http.
import type {DumpFrame} from './goroutines.ts'

export interface HandlerPanic {
  readonly kind: 'handler-panic'
  /** Who recovered: `gin` or `net/http`. */
  readonly by: 'gin'
  /** The value of the panic, as printed. */
  readonly message: string
  /** Leaf first; functions are known only where the log shows them. */
  readonly frames: readonly DumpFrame[]
  /** How often the same panic with the same leaf stands in the text. */
  readonly times: number
}
