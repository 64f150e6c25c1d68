// Goroutine states whose time can be counted by stack.
export const timedStates = ['running', 'runnable', 'blocked', 'syscall'] as const
export type TimedState = (typeof timedStates)[number]
