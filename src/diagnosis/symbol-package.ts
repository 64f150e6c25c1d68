// The package in a symbol of the linker: `example.com/a/b.(*T).M.func1` → `example.com/a/b`.

/** Dots before the last slash belong to the path, as `gopkg.in/yaml%2ev3` writes its own. */
export function packageOfSymbol(symbol: string): string {
  const slash = symbol.lastIndexOf('/', symbol.search(/[[(]|$/))
  const dot = symbol.indexOf('.', slash + 1)
  return dot < 0 ? symbol : symbol.slice(0, dot)
}
