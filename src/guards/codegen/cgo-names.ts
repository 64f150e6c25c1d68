// Go names for what a cgo contract names.

/** `ssl_mutex` as `SslMutex`. */
export const pascal = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

/** `page_count` as `pageCount`. */
export const camel = (name: string): string => {
  const text = pascal(name)
  return text.charAt(0).toLowerCase() + text.slice(1)
}

export const lockName = (lock: string): string => `lock${pascal(lock)}`
export const threadName = (thread: string): string => `thread${pascal(thread)}`
/** The contract's row of a C function. */
export const functionName = (name: string): string => `fn${pascal(name)}`
