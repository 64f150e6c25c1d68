// Reports of the C sanitizers (ASan, LSan, MSan, UBSan) of a cgo program. Grammar: compiler-rt/lib/sanitizer_common, asan_report.cpp.

export interface NativeFrame {
  /** Empty when there is no symbol. */
  readonly function: string
  /** Source file, or the object (`/lib/libc.so.6+0x1234`) when there is no line. */
  readonly file: string
  readonly line: number
  readonly address: string
  /** Arguments with the values that gdb prints; those that were optimised away are left out. */
  readonly args?: readonly {readonly name: string; readonly value: string}[]
}

export interface SanitizerReport {
  readonly kind: 'sanitizer'
  /** `AddressSanitizer`, `LeakSanitizer`, `MemorySanitizer`, … */
  readonly tool: string
  /** `heap-use-after-free`, `detected memory leaks`, … */
  readonly error: string
  readonly pid: string
  readonly address?: string
  /** Each stack with the line above it: `READ of size 4 at … thread T0`, `freed by thread T0 here`. */
  readonly stacks: readonly {readonly title: string; readonly frames: readonly NativeFrame[]}[]
  readonly summary?: string
}
