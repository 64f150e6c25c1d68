// What `gotriage render --diagram` can draw: by itself, so that the command's help loads nothing else.
export const diagramKinds = [
  'imports',
  'calls',
  'middleware',
  'goroutines',
  'causes',
  'escapes',
  'numa',
  'memory-order',
  'cgo-call',
  'goroutine-states',
  'breaker',
  'ab',
] as const
