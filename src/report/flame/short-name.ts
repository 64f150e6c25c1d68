// What stands in a frame that is too narrow for the name of its function. Goes into the page as text and refers to nothing outside itself.

/** Without type arguments, which may be names of their own, and without paths of packages and files: the end of a Go name says more. */
export function shortName(name: string): string {
  let short = ''
  let depth = 0
  for (const sign of name) {
    // A word that starts with one is a binary: [libc.so].
    if (sign === '[' && (depth > 0 || /\S$/.test(short))) {
      if (depth++ === 0) short += '[...]'
    } else if (sign === ']' && depth > 0) depth--
    else if (depth === 0) short += sign
  }
  return short.replace(/(?:[^\s/]*\/)+(?=[^\s/])/g, '')
}
