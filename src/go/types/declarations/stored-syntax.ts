// The source behind a declaration file: trees of its files and what declares an object, parsed without bodies when something looks at them.
import type {Expr, File, FuncDecl, TypeSpec, ValueSpec} from '../../syntax/ast.ts'
import {parseFile, type ParsedFile} from '../../syntax/parse.ts'
import type {FileState} from '../file-state.ts'
import type {DeclInfo, GoObject, Package} from '../objects.ts'
import type {Scope} from '../scope.ts'

interface Source {
  readonly path: string
  readonly bytes?: Uint8Array
  readonly parsed?: ParsedFile
}

export class StoredSyntax {
  readonly #pkg: Package
  readonly #files: () => readonly Source[]
  #sources: readonly Source[] | undefined
  readonly #parsed = new Map<number, ParsedFile>()

  constructor(pkg: Package, files: () => readonly Source[]) {
    this.#pkg = pkg
    this.#files = files
  }

  #source(index: number): Source | undefined {
    this.#sources ??= this.#files()
    return this.#sources[index]
  }

  path(index: number): string {
    return this.#source(index)?.path ?? ''
  }

  parsed(index: number): ParsedFile {
    const known = this.#parsed.get(index)
    if (known !== undefined) return known
    const source = this.#source(index)
    const made = source?.parsed ?? parseFile(source?.bytes ?? new Uint8Array(), {declarationsOnly: true, comments: false, lines: false})
    this.#parsed.set(index, made)
    return made
  }

  file(index: number, version: number): FileState {
    return new StoredFile(this, index, version)
  }

  declaration(obj: GoObject): DeclInfo | undefined {
    return obj.file === undefined ? undefined : new StoredDeclaration(obj, obj.file, this.#pkg.scope)
  }
}

class StoredFile implements FileState {
  readonly index: number
  readonly version: number
  scope: Scope | undefined = undefined
  dotUnknown = false
  nameGuessed = false
  readonly dotImports = undefined
  readonly tables = undefined
  readonly #syntax: StoredSyntax

  constructor(syntax: StoredSyntax, index: number, version: number) {
    this.#syntax = syntax
    this.index = index
    this.version = version
  }

  get path(): string {
    return this.#syntax.path(this.index)
  }

  get tree(): File {
    return this.#syntax.parsed(this.index).file
  }

  get syntaxErrors(): FileState['syntaxErrors'] {
    return this.#syntax.parsed(this.index).errors
  }

  get lines(): FileState['lines'] {
    return this.#syntax.parsed(this.index).lines
  }
}

type Spec = {readonly func: FuncDecl} | {readonly type: TypeSpec} | {readonly value: ValueSpec; readonly at: number}

class StoredDeclaration implements DeclInfo {
  readonly file: FileState
  readonly scope: Scope
  readonly lhs = undefined
  readonly inherited = false
  readonly #obj: GoObject
  #found: Spec | undefined

  constructor(obj: GoObject, file: FileState, scope: Scope) {
    this.#obj = obj
    this.file = file
    this.scope = scope
  }

  #spec(): Spec | undefined {
    this.#found ??= specAt(this.file.tree, this.#obj.pos)
    return this.#found
  }

  get fdecl(): FuncDecl | undefined {
    const spec = this.#obj.kind === 'Func' ? this.#spec() : undefined
    return spec !== undefined && 'func' in spec ? spec.func : undefined
  }

  get tdecl(): TypeSpec | undefined {
    const spec = this.#obj.kind === 'TypeName' ? this.#spec() : undefined
    return spec !== undefined && 'type' in spec ? spec.type : undefined
  }

  get vtype(): Expr | undefined {
    const spec = this.#spec()
    return spec !== undefined && 'value' in spec ? spec.value.type : undefined
  }

  get init(): Expr | undefined {
    const spec = this.#spec()
    return spec !== undefined && 'value' in spec ? spec.value.values[spec.at] : undefined
  }
}

/** What declares the name at this offset. */
function specAt(tree: File, pos: number): Spec | undefined {
  for (const decl of tree.decls) {
    if (decl.pos > pos || decl.end < pos) continue
    if (decl.kind === 'FuncDecl' && decl.name.pos === pos) return {func: decl}
    if (decl.kind !== 'GenDecl') continue
    for (const spec of decl.specs) {
      if (spec.kind === 'TypeSpec' && spec.name.pos === pos) return {type: spec}
      if (spec.kind !== 'ValueSpec') continue
      const at = spec.names.findIndex(name => name.pos === pos)
      if (at >= 0) return {value: spec, at}
    }
  }
  return undefined
}
