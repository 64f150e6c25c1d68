// The value of a Go string literal, as far as keys and paths need it.

/** Undefined for what is no string literal, or has an escape that JSON does not know. */
export function stringLiteralValue(literal: string): string | undefined {
  if (literal.startsWith('`')) return literal.slice(1, -1)
  if (!literal.startsWith('"')) return undefined
  try {
    const value: unknown = JSON.parse(literal)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
