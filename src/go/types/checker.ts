// The state of checking one package, of which others see types and objects only (go/types Checker, check.go). What it does is in one file per
// construct. A package that is only imported gets a checker too: it resolves each declaration when something refers to it.
import type {BasicLit, CallExpr, Expr} from '../syntax/ast.ts'
import type {Value} from './constant/constant.ts'
import {objDecl} from './declaration.ts'
import type {FileState, Mode} from './file-state.ts'
import {newInstanceCache, type InstanceCache} from './instantiation.ts'
import type {DeclInfo, Func, GoObject, Package, PkgName, TypeName} from './objects.ts'
import type {Scope} from './scope.ts'
import type {Sizes} from './sizes.ts'
import {invalidType, type Basic, type Signature} from './types.ts'

/** Finds a package by the path an import names; undefined when there is none on this machine. */
export type Importer = (path: string) => Package | undefined

export interface TypeError {
  readonly file: FileState
  /** Byte offset. */
  readonly pos: number
  readonly message: string
}

/** What an untyped expression is until its final type is known (go/types exprInfo). */
export interface UntypedInfo {
  isLhs: boolean
  readonly mode: Mode
  type: Basic
  val: Value | undefined
  readonly file: FileState
}

/** The place in the program that is being checked (go/types environment). */
export interface Environment {
  readonly file: FileState
  scope: Scope
  /** Package-level declaration whose initialisation or body is checked. */
  readonly decl: DeclInfo | undefined
  iota: Value | undefined
  /** Position of the constant for which an inherited expression is checked. */
  errorPos: number
  inTypeParams: boolean
  /** Innermost function. */
  readonly sig: Signature | undefined
  /** Calls of panic, for the analysis of terminating statements. */
  panics: Set<CallExpr> | undefined
  hasLabel: boolean
  hasCallOrRecv: boolean
}

export const newEnvironment = (file: FileState, scope: Scope, decl: DeclInfo | undefined, sig: Signature | undefined): Environment => ({
  file,
  scope,
  decl,
  iota: undefined,
  errorPos: -1,
  inTypeParams: false,
  sig,
  panics: undefined,
  hasLabel: false,
  hasCallOrRecv: false,
})

interface Action {
  readonly file: FileState
  readonly run: () => void
}

/** Errors of one package beyond this are dropped. */
const errorsMax = 1000

export interface CheckerOptions {
  readonly importer: Importer
  readonly sizes: Sizes
  /** Check function bodies; without it only declarations. */
  readonly bodies: boolean
  /** Gives the members of `import "C"`. */
  readonly cgo?: CgoMembers | undefined
}

/**
 * What `C.name` means in a package, as cgo declares it there: types belong to `pkg`, everything else to `c`, the made-up package C. Asked once a package,
 * with its files; undefined for a name is unknown.
 */
export type CgoMembers = (pkg: Package, c: Package, files: readonly FileState[]) => (name: string) => GoObject | undefined

export class Checker {
  readonly pkg: Package
  readonly importer: Importer
  readonly sizes: Sizes
  readonly bodies: boolean
  readonly cgo: CgoMembers | undefined
  /** The expression that is being called, for names of C functions: elsewhere they are pointers. */
  called: Expr | undefined
  readonly instances: InstanceCache = newInstanceCache()
  readonly errors: TypeError[] = []
  files: readonly FileState[] = []
  env: Environment
  /** Package-level objects and methods in source order. */
  objects: GoObject[] = []
  imports: PkgName[] = []
  readonly fakePackages = new Map<string, Package>()
  /** Methods by the declared type of their receiver, until they are added to it. */
  readonly methods = new Map<TypeName, Func[]>()
  readonly untyped = new Map<Expr, UntypedInfo>()
  delayed: Action[] = []
  /** Objects that are being resolved, outermost first. */
  readonly path: GoObject[] = []
  readonly pathIndex = new Map<GoObject, number>()
  /** How many checks or resolutions are under way. */
  active = 0

  constructor(pkg: Package, file: FileState, options: CheckerOptions) {
    this.pkg = pkg
    this.importer = options.importer
    this.sizes = options.sizes
    this.bodies = options.bodies
    this.cgo = options.cgo
    this.called = undefined
    this.env = newEnvironment(file, pkg.scope, undefined, undefined)
  }

  /** Reports at a byte offset of the current file. */
  error(pos: number, message: string): void {
    if (this.errors.length >= errorsMax) return
    const {errorPos, file} = this.env
    this.errors.push({file, pos: errorPos >= 0 ? errorPos : pos, message})
  }

  /** Whether the language version of the current file is at least go1.`minor`. */
  allows(minor: number): boolean {
    const {version} = this.env.file
    return version === 0 || version >= minor
  }

  /** As `allows`, and reports when it does not. */
  requires(minor: number, pos: number, what: string): boolean {
    if (this.allows(minor)) return true
    this.error(pos, `${what} requires go1.${minor} or later`)
    return false
  }

  /** Runs `run` when the types around are complete. */
  later(run: () => void): void {
    this.delayed.push({file: this.env.file, run})
  }

  /** Runs what was put off since `delayed` had `top` entries, and what that puts off. */
  processDelayed(top: number): void {
    if (this.delayed.length === top) return
    const saved = this.env
    for (let i = top; i < this.delayed.length; i++) {
      const action = this.delayed[i]
      if (action === undefined) continue
      if (this.env.file !== action.file) this.env = {...saved, file: action.file}
      this.protect(action.run)
    }
    this.delayed.length = top
    this.env = saved
  }

  /** A bug of ours in one declaration or body is reported as an error there and does not stop the rest. */
  protect(run: () => void): void {
    const {env} = this
    const depth = this.path.length
    try {
      run()
    } catch (cause) {
      this.env = env
      while (this.path.length > depth) this.pop()
      this.error(env.file.tree.pos, `internal error: ${cause instanceof Error ? cause.message : String(cause)}`)
      if (this.rethrow) throw cause
    }
  }

  /** Set by tests that want to see internal errors. */
  rethrow = false

  push(obj: GoObject): void {
    this.pathIndex.set(obj, this.path.length)
    this.path.push(obj)
  }

  pop(): void {
    const obj = this.path.pop()
    if (obj !== undefined) this.pathIndex.delete(obj)
  }

  /** Resolves an object of this package; called from wherever it is first referred to. */
  resolve(obj: GoObject): void {
    if (obj.type !== undefined) return
    if (obj.decl === undefined) {
      obj.type = invalidType
      return
    }
    if (this.active > 0) {
      objDecl(this, obj)
      return
    }
    this.active++
    this.protect(() => {
      objDecl(this, obj)
      this.processDelayed(0)
    })
    this.delayed.length = 0
    this.untyped.clear()
    obj.type ??= invalidType
    this.active--
  }

  lookup(name: string): GoObject | undefined {
    for (let s: Scope | undefined = this.env.scope; s !== undefined; s = s.parent) {
      const obj = s.elems?.get(name)
      if (obj !== undefined) return obj
    }
    return undefined
  }
}

/** A literal that is not in the source, for x++ as x += 1; nothing is recorded for it. */
export const literalOne = (pos: number): BasicLit => ({kind: 'BasicLit', pos, end: pos, id: -1, token: 'INT', value: '1'})
