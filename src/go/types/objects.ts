// What names denote: packages, constants, types, variables, functions, labels, builtins and nil, with where each was declared (go/types Object).
// `type` is undefined until something asks: use `objectType`. Objects of dependencies are resolved by the checker of their package.
import type {Expr, FuncDecl, TypeSpec} from '../syntax/ast.ts'
import type {BuiltinId} from './universe.ts'
import type {FileState} from './file-state.ts'
import type {Value} from './constant/constant.ts'
import {invalidType} from './types.ts'
import {newScope, type Scope} from './scope.ts'
import type {Named, Signature, Type} from './types.ts'

/** Where a package-level object is declared, kept until it is resolved and after (go/types declInfo). */
export interface DeclInfo {
  readonly file: FileState
  readonly scope: Scope
  /** Left side of an n:1 variable declaration. */
  readonly lhs: readonly Var[] | undefined
  readonly vtype: Expr | undefined
  readonly init: Expr | undefined
  /** The initialisation comes from an earlier constant declaration. */
  readonly inherited: boolean
  readonly tdecl: TypeSpec | undefined
  readonly fdecl: FuncDecl | undefined
}

interface ObjectBase {
  readonly name: string
  /** Undefined for labels and predeclared objects. */
  pkg: Package | undefined
  /** Undefined until resolved; ask `objectType`. */
  type: Type | undefined
  /** File of the declaring identifier; undefined for predeclared and synthetic objects. */
  readonly file: FileState | undefined
  /** Byte offset of the declaring identifier; -1 when there is none. */
  readonly pos: number
  parent: Scope | undefined
  /** Byte offset from which a local object is visible. */
  scopePos: number
  decl: DeclInfo | undefined
}

export interface PkgName extends ObjectBase {
  readonly kind: 'PkgName'
  readonly imported: Package
  used: boolean
}
export interface Const extends ObjectBase {
  readonly kind: 'Const'
  value: Value
}
export interface TypeName extends ObjectBase {
  readonly kind: 'TypeName'
}
export type VarKind = 'package' | 'local' | 'receiver' | 'parameter' | 'result' | 'field'
export interface Var extends ObjectBase {
  readonly kind: 'Var'
  readonly varKind: VarKind
  readonly embedded: boolean
  /** The variable this one was instantiated from. */
  readonly origin: Var | undefined
  used: boolean
}
export interface Func extends ObjectBase {
  readonly kind: 'Func'
  readonly origin: Func | undefined
  /** For methods without a type yet. */
  ptrRecv: boolean
}
export interface Label extends ObjectBase {
  readonly kind: 'Label'
  used: boolean
}
export interface Builtin extends ObjectBase {
  readonly kind: 'Builtin'
  readonly id: BuiltinId
}
export interface Nil extends ObjectBase {
  readonly kind: 'Nil'
}
export type GoObject = PkgName | Const | TypeName | Var | Func | Label | Builtin | Nil

export interface Package {
  readonly path: string
  name: string
  readonly scope: Scope
  imports: Package[]
  complete: boolean
  /** Could not be found, or `C`: names that are missing in it are unknown, not wrong. */
  fake: boolean
  goVersion: string | undefined
  /** Resolves objects of this package on first use. */
  resolver: {resolve(obj: GoObject): void} | undefined
  /** Members of `import "C"` as the provider knows them; undefined is unknown. */
  member: ((name: string) => GoObject | undefined) | undefined
}

/** Set once by universe.ts; every package scope lies in it. */
export const universeScope: Scope = newScope(undefined, -1, -1)

export function newPackage(path: string, name: string): Package {
  return {
    path,
    name,
    scope: newScope(universeScope, -1, -1),
    imports: [],
    complete: false,
    fake: false,
    goVersion: undefined,
    resolver: undefined,
    member: undefined,
  }
}

export function newPkgName(file: FileState, pos: number, pkg: Package, name: string, imported: Package): PkgName {
  return {kind: 'PkgName', name, pkg, type: invalidType, file, pos, parent: undefined, scopePos: -1, decl: undefined, imported, used: false}
}
export function newConst(
  file: FileState | undefined,
  pos: number,
  pkg: Package | undefined,
  name: string,
  type: Type | undefined,
  value: Value,
): Const {
  return {kind: 'Const', name, pkg, type, file, pos, parent: undefined, scopePos: -1, decl: undefined, value}
}
export function newTypeName(file: FileState | undefined, pos: number, pkg: Package | undefined, name: string, type?: Type): TypeName {
  return {kind: 'TypeName', name, pkg, type, file, pos, parent: undefined, scopePos: -1, decl: undefined}
}
export function newVar(
  varKind: VarKind,
  file: FileState | undefined,
  pos: number,
  pkg: Package | undefined,
  name: string,
  type: Type | undefined,
): Var {
  return {
    kind: 'Var',
    name,
    pkg,
    type,
    file,
    pos,
    parent: undefined,
    scopePos: -1,
    decl: undefined,
    varKind,
    embedded: false,
    origin: undefined,
    used: false,
  }
}
export function newField(
  file: FileState | undefined,
  pos: number,
  pkg: Package | undefined,
  name: string,
  type: Type,
  embedded: boolean,
): Var {
  return {
    kind: 'Var',
    name,
    pkg,
    type,
    file,
    pos,
    parent: undefined,
    scopePos: -1,
    decl: undefined,
    varKind: 'field',
    embedded,
    origin: undefined,
    used: false,
  }
}
export const newParam = (type: Type | undefined, name = ''): Var => newVar('parameter', undefined, -1, undefined, name, type)
export function newFunc(
  file: FileState | undefined,
  pos: number,
  pkg: Package | undefined,
  name: string,
  type: Signature | undefined,
): Func {
  return {kind: 'Func', name, pkg, type, file, pos, parent: undefined, scopePos: -1, decl: undefined, origin: undefined, ptrRecv: false}
}
export function newLabel(file: FileState, pos: number, pkg: Package, name: string): Label {
  return {kind: 'Label', name, pkg, type: invalidType, file, pos, parent: undefined, scopePos: -1, decl: undefined, used: false}
}
export function newBuiltin(pkg: Package | undefined, name: string, id: BuiltinId): Builtin {
  return {kind: 'Builtin', name, pkg, type: invalidType, file: undefined, pos: -1, parent: undefined, scopePos: -1, decl: undefined, id}
}

/** A copy with another type that remembers what it was made from (go/types cloneVar, cloneFunc). */
export const cloneVar = (v: Var, type: Type): Var => ({...v, type, origin: v.origin ?? v})
export const cloneFunc = (f: Func, type: Type): Func => ({...f, type, origin: f.origin ?? f})

/** The type of an object, resolving its declaration on first use. */
export function objectType(obj: GoObject): Type {
  if (obj.type === undefined) obj.pkg?.resolver?.resolve(obj.kind === 'Func' ? (obj.origin ?? obj) : obj)
  return obj.type ?? invalidType
}

/** The signature of a function or method, resolving it on first use; undefined only when its declaration is broken. */
export function signatureOf(f: Func): Signature | undefined {
  const type = objectType(f)
  return type.kind === 'Signature' ? type : undefined
}

const upper = /^\p{Lu}/u
/** Whether the name starts with an upper case letter (go/token.IsExported). */
export function isExported(name: string): boolean {
  const c = name.charCodeAt(0)
  return c < 128 ? c >= 65 && c <= 90 : upper.test(name)
}

/** Same package by path; two absent packages are the same (go/types samePkg). */
export const samePackage = (a: Package | undefined, b: Package | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.path === b.path)

/** Whether `obj` has this name as seen from `pkg` (go/types object.sameId). */
export function sameId(obj: GoObject, pkg: Package | undefined, name: string): boolean {
  return obj.name === name && (isExported(name) || samePackage(obj.pkg, pkg))
}

/** Name if exported, else qualified by the package path (go/types Id). */
export function objectId(obj: GoObject): string {
  return isExported(obj.name) ? obj.name : `${obj.pkg === undefined || obj.pkg.path === '' ? '_' : obj.pkg.path}.${obj.name}`
}

/** Exported first, then by name, then by package path (go/types object.cmp). Bytes order like UTF-16 for the names Go allows but surrogates. */
export function compareObjects(a: GoObject, b: GoObject): number {
  if (a === b) return 0
  const exportedA = isExported(a.name)
  if (exportedA !== isExported(b.name)) return exportedA ? -1 : 1
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (exportedA) return 0
  const pathA = a.pkg?.path ?? ''
  const pathB = b.pkg?.path ?? ''
  return pathA < pathB ? -1 : pathA > pathB ? 1 : 0
}

/** What an object was instantiated from, or the object itself. */
export function originOfObject(obj: GoObject): GoObject {
  return obj.kind === 'Var' || obj.kind === 'Func' ? (obj.origin ?? obj) : obj
}

export type {Named}
