// Packages as they are compiled for a test: `p [p.test]` with its own test files, `p_test [p.test]`, and a copy of every package in between
// that depends on p (cmd/go/internal/load/test.go TestPackagesAndErrors, recompileForTest). The generated main package is left out.
import type {LoadedPackage} from './api.ts'

export interface VariantInput {
  readonly plain: LoadedPackage
  /** Import path → package id for the imports of test files. */
  readonly testImports: ReadonlyMap<string, string>
  readonly xTestImports: ReadonlyMap<string, string>
  readonly testMissing: readonly string[]
  readonly xTestMissing: readonly string[]
  /** Test files that can be checked. */
  readonly testFiles: readonly LoadedPackage['files'][number][]
  readonly xTestFiles: readonly LoadedPackage['files'][number][]
}

export interface Variants {
  /** What stands for p among the roots: `p [p.test]`, or p itself when it has no test files of its own. */
  readonly own: LoadedPackage
  readonly external: LoadedPackage | undefined
  /** Copies of packages in between. */
  readonly copies: readonly LoadedPackage[]
}

export function variantsFor(input: VariantInput, byId: (id: string) => LoadedPackage | undefined): Variants {
  const {plain} = input
  const forTest = plain.importPath
  const suffix = ` [${plain.importPath}.test]`
  const needsOwn = plain.testGoFiles.length > 0 || (plain.name === 'main' && plain.xTestGoFiles.length > 0)
  const own: LoadedPackage = needsOwn
    ? {
        ...plain,
        id: plain.importPath + suffix,
        forTest,
        files: [...plain.files, ...input.testFiles],
        goFiles: [...plain.goFiles, ...plain.testGoFiles],
        imports: new Map([...plain.imports, ...input.testImports]),
        missing: [...new Set([...plain.missing, ...input.testMissing])].sort(),
      }
    : plain
  const external: LoadedPackage | undefined =
    plain.xTestGoFiles.length === 0
      ? undefined
      : {
          ...plain,
          id: `${plain.importPath}_test${suffix}`,
          importPath: `${plain.importPath}_test`,
          name: `${plain.name}_test`,
          forTest,
          files: input.xTestFiles,
          goFiles: plain.xTestGoFiles,
          cgoFiles: [],
          testGoFiles: [],
          xTestGoFiles: [],
          ignoredGoFiles: [],
          sFiles: [],
          cFiles: [],
          hFiles: [],
          imports: input.xTestImports,
          missing: input.xTestMissing,
        }
  if (own === plain) return {own, external, copies: []}

  const copies = new Map<string, LoadedPackage>()
  const renamed = new Map([[plain.id, own.id]])
  // Dependencies first, so that a package knows whether anything below it was copied.
  for (const id of postOrder([...own.imports.values(), ...(external?.imports.values() ?? [])], id => byId(id)?.imports.values() ?? [])) {
    const original = byId(id)
    if (original === undefined || id === plain.id) continue
    if (![...original.imports.values()].some(target => renamed.has(target))) continue
    renamed.set(id, original.id + suffix)
    copies.set(id, {...original, id: original.id + suffix, forTest, root: false, imports: rename(original.imports, renamed)})
  }
  return {
    own: {...own, imports: rename(own.imports, renamed)},
    external: external && {...external, imports: rename(external.imports, renamed)},
    copies: [...copies.values()],
  }
}

const rename = (imports: ReadonlyMap<string, string>, renamed: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...imports].map(([path, id]) => [path, renamed.get(id) ?? id]))

/** Ids reachable from `starts`, dependencies first, each once. Loops, not recursion: chains of imports may be long. */
export function postOrder(starts: Iterable<string>, importsOf: (id: string) => Iterable<string>): string[] {
  const order: string[] = []
  const entered = new Set<string>()
  const stack: {id: string; rest: Iterator<string>}[] = []
  const enter = (id: string) => {
    if (entered.has(id)) return
    entered.add(id)
    stack.push({id, rest: importsOf(id)[Symbol.iterator]()})
  }
  for (const start of starts) {
    enter(start)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next()
      if (next.done === true) {
        order.push(top.id)
        stack.pop()
      } else enter(next.value)
    }
  }
  return order
}
