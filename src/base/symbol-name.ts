// The name the Go linker gives a function, taken apart. Pure text; joining it to source is done in go/flow.
// Source of the forms: cmd/compile/internal/ir (closureName), cmd/link, cmd/internal/objabi (PathToPrefix), Go 1.22 to 1.26.

/** `pkg.(*T).M.func1`, `pkg.F[...]`, `_Cfunc_x` and the rest, as their parts. */
export interface SymbolName {
  /** The name as it stood in the evidence. */
  readonly text: string
  readonly language: 'go' | 'c'
  /** Import path, unescaped (`gopkg.in/yaml.v3`, not `gopkg.in/yaml%2ev3`); empty for C symbols. */
  readonly packagePath: string
  /** Receiver type name without type arguments; undefined for functions. */
  readonly receiver?: string
  readonly pointerReceiver?: boolean
  /** Declared function or method: `M`, `init`; `init` with `glob` for closures in package-level initialisers. */
  readonly name: string
  /** Inside brackets, as it stood: `...` or `go.shape.int`; undefined when not generic. */
  readonly typeArguments?: string
  /** Closure parts after the declared name, outermost first (`func1`, `func2`). A hint only: the numbers depend on the inliner. */
  readonly closures: readonly string[]
  /** What kind of compiler-made wrapper it is. */
  readonly wrapper?: 'gowrap' | 'deferwrap' | 'method-value' | 'range' | 'glob' | 'cgo-call' | 'cgo-export'
}

const closurePart = /^(?:func\d+|\d+|gowrap\d+|deferwrap\d+|range\d+)$/

/** Takes a symbol apart; undefined when the text is not a Go or cgo symbol (C functions have no package). */
export function parseSymbolName(text: string): SymbolName | undefined {
  const cgo = /^(?:.*[./])?(_Cfunc_|_cgoexp_[0-9a-f]+_|_cgo_[0-9a-f]+_Cfunc_)([\w$]+)$/.exec(text)
  if (cgo?.[1] !== undefined && cgo[2] !== undefined) {
    const before = text.slice(0, text.length - cgo[1].length - cgo[2].length)
    return {
      text,
      language: cgo[1].startsWith('_cgo_') ? 'c' : 'go',
      packagePath: unescapePath(before.replace(/\.$/, '')),
      name: cgo[2],
      closures: [],
      wrapper: cgo[1].startsWith('_cgoexp') ? 'cgo-export' : 'cgo-call',
    }
  }
  const {plain, typeArguments} = withoutBrackets(text)
  const slash = plain.lastIndexOf('/', lastSlashLimit(plain))
  const dot = plain.indexOf('.', slash + 1)
  if (dot <= slash + 1 || dot === plain.length - 1) return undefined
  const packagePath = unescapePath(plain.slice(0, dot))
  let rest = plain.slice(dot + 1)
  let receiver: string | undefined
  let pointerReceiver: boolean | undefined
  let wrapper: SymbolName['wrapper']
  const pointer = /^\(\*([^)]+)\)\.?/.exec(rest)
  if (pointer?.[1] !== undefined) {
    receiver = pointer[1]
    pointerReceiver = true
    rest = rest.slice(pointer[0].length)
  }
  if (rest.endsWith('-fm')) {
    wrapper = 'method-value'
    rest = rest.slice(0, -3)
  }
  const ranged = /-range\d+/.exec(rest)
  if (ranged) {
    wrapper = 'range'
    rest = rest.replace(/-range\d+/g, '')
  }
  if (rest.startsWith('.')) rest = rest.slice(1) // `glob..func1`
  const parts = rest.split('.').filter(part => part !== '')
  if (parts[0] === 'glob') return {text, language: 'go', packagePath, name: 'init', closures: parts.slice(1), wrapper: 'glob'}
  if (receiver === undefined && parts.length > 1 && parts[1] !== undefined && !closurePart.test(parts[1])) {
    if (parts[0] !== 'init') receiver = parts.shift()
  }
  const name = parts.shift()
  if (name === undefined) return undefined
  const closures = name === 'init' && parts[0] !== undefined && /^\d+$/.test(parts[0]) ? parts.slice(1) : parts
  const last = closures.at(-1)
  if (last?.startsWith('gowrap')) wrapper = 'gowrap'
  if (last?.startsWith('deferwrap')) wrapper = 'deferwrap'
  return {
    text,
    language: 'go',
    packagePath,
    ...(receiver === undefined ? {} : {receiver}),
    ...(pointerReceiver === undefined ? {} : {pointerReceiver}),
    name,
    ...(typeArguments === undefined ? {} : {typeArguments}),
    closures,
    ...(wrapper === undefined ? {} : {wrapper}),
  }
}

/** The declared function a symbol belongs to, without closures, wrappers and type arguments: `pkg.(*T).M`. The key for joins. */
export function declaredName(symbol: SymbolName): string {
  const receiver = symbol.receiver === undefined ? '' : symbol.pointerReceiver ? `(*${symbol.receiver}).` : `${symbol.receiver}.`
  return `${symbol.packagePath}.${receiver}${symbol.name}`
}

/** Removes `[...]` groups, which may themselves hold dots and slashes; keeps the first one's text. */
function withoutBrackets(text: string): {plain: string; typeArguments?: string} {
  let plain = ''
  let depth = 0
  let inside = ''
  let first: string | undefined
  for (const c of text) {
    if (c === '[') {
      if (depth++ === 0) inside = ''
      else inside += c
    } else if (c === ']' && depth > 0) {
      if (--depth === 0) first ??= inside
      else inside += c
    } else if (depth > 0) inside += c
    else plain += c
  }
  return first === undefined ? {plain} : {plain, typeArguments: first}
}

/** A slash inside a receiver's parentheses would not be the package's. */
function lastSlashLimit(plain: string): number {
  const paren = plain.indexOf('(')
  return paren < 0 ? plain.length : paren
}

/** The linker escapes dots in the last path element, and bytes it cannot keep, as %xx (objabi.PathToPrefix). */
function unescapePath(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
