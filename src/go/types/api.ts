// What the type checker gives to those behind it: types, objects, results by node, and questions with three answers.
import {both, type Answer} from '../../base/answer.ts'
import type {Expr, Ident, Node, SelectorExpr} from '../syntax/ast.ts'
import {isAssignable} from './assignable.ts'
import type {Value} from './constant/constant.ts'
import {isConvertible} from './conversion.ts'
import {Mode, type FileState, type InstanceInfo} from './file-state.ts'
import {identical as identicalTypes} from './identical.ts'
import {implementsType} from './instantiation.ts'
import {hasUnknownEmbedded} from './missing-method.ts'
import type {GoObject, Package, PkgName} from './objects.ts'
import {newOperand} from './operand.ts'
import {packageMember} from './package-members.ts'
import {isUnknown, isValid} from './predicates.ts'
import type {Selection} from './selection.ts'
import {typeSetOf} from './type-set.ts'
import {underlying} from './underlying.ts'
import {untypedNil, type Type} from './types.ts'

export {
  checkPackage,
  declarationFile,
  declarePackage,
  isFromSource,
  type Checked,
  type Config,
  type Info,
  type PackageFile,
  type StoredDeclarations,
} from './check.ts'
export {formatVersion as declarationFormat} from './declarations/format.ts'
export type {CgoMembers, Importer, TypeError} from './checker.ts'
export {Mode, type FileState, type InstanceInfo, type Tables} from './file-state.ts'
export type * from './types.ts'
export {BasicKind, invalidType, unknownType} from './types.ts'
export type {Builtin, Const, Func, GoObject, Label, Nil, Package, PkgName, TypeName, Var, VarKind} from './objects.ts'
export {isExported, objectId, objectType, originOfObject, signatureOf} from './objects.ts'
export {lookupParent, type Scope} from './scope.ts'
export {selectionType, type Selection} from './selection.ts'
export {methodSet, type MethodSet} from './method-set.ts'
export {lookupFieldOrMethod, type Found} from './lookup.ts'
export {signatureString, typeString, type Qualifier} from './type-string.ts'
export {
  asNamed,
  dereference,
  hasPointerReceiver,
  methodAt,
  methodCount,
  originOf,
  typeArgsOf,
  typeParamsOf,
  unalias,
  underlying,
} from './underlying.ts'
export {
  defaultType,
  hasNil,
  isBoolean,
  isComparableType,
  isComplex,
  isFloat,
  isGeneric,
  isInteger,
  isInterface,
  isNumeric,
  isPointer,
  isString,
  isTypeParam,
  isTyped,
  isUnknown,
  isUnsafePointer,
  isUnsigned,
  isUntyped,
  isValid,
} from './predicates.ts'
export {identicalIgnoringTags} from './identical.ts'
export {alignOf, offsetOf, offsetsOf, sizeOf, sizesFor, type Sizes} from './sizes.ts'
export {isEmptySet, isMethodSet, typeSetOf} from './type-set.ts'
export {universeError, universeScope, unsafePackage} from './universe.ts'
export {isAlias} from './declaration.ts'
export {exactString, type Value} from './constant/constant.ts'
export {packageMember}

/** How an expression was used, as `gotriage inspect types` names it. */
export type ModeName = 'novalue' | 'builtin' | 'type' | 'constant' | 'commaok' | 'nil' | 'value' | 'invalid'

export interface TypeAndValue {
  /** `variable` is addressable. */
  readonly mode: Mode
  readonly type: Type
  readonly value: Value | undefined
}

/** What was recorded for an expression; undefined when nothing was: it is invalid, unknown, or no expression stands there. */
export function typeAndValue(file: FileState, e: Node): TypeAndValue | undefined {
  const {tables} = file
  const type = tables?.types[e.id]
  if (tables === undefined || type === undefined) return undefined
  return {mode: (tables.modes[e.id] ?? Mode.invalid) as Mode, type, value: tables.values.get(e.id)}
}

const modeNames: readonly ModeName[] = [
  'invalid',
  'novalue',
  'builtin',
  'type',
  'constant',
  'value',
  'commaok',
  'value',
  'commaok',
  'value',
  'value',
]

export function modeName(file: FileState, e: Node): ModeName {
  const {tables} = file
  const mode = tables?.modes[e.id] ?? Mode.invalid
  if (mode === Mode.value && tables?.types[e.id] === untypedNil) return 'nil'
  return modeNames[mode] ?? 'invalid'
}

/** The type of an expression or identifier; undefined when it is not known (go/types Info.TypeOf). */
export function typeOf(file: FileState, e: Expr): Type | undefined {
  const recorded = file.tables?.types[e.id]
  if (recorded !== undefined) return isValid(recorded) ? recorded : undefined
  if (e.kind !== 'Ident') return undefined
  const type = objectOf(file, e)?.type
  return type !== undefined && isValid(type) ? type : undefined
}

export const definitionOf = (file: FileState, id: Ident): GoObject | undefined => file.tables?.defs[id.id]
export const useOf = (file: FileState, id: Ident): GoObject | undefined => file.tables?.uses[id.id]
/** What an identifier declares or, if nothing, refers to (go/types Info.ObjectOf). */
export const objectOf = (file: FileState, id: Ident): GoObject | undefined => definitionOf(file, id) ?? useOf(file, id)
export const selectionOf = (file: FileState, e: SelectorExpr): Selection | undefined => file.tables?.selections.get(e.id)
/** Objects without an identifier: imports without a name, variables of type switch clauses, parameters without a name. */
export const implicitOf = (file: FileState, node: Node): GoObject | undefined => file.tables?.implicits.get(node.id)
export const instanceOf = (file: FileState, id: Ident): InstanceInfo | undefined => file.tables?.instances.get(id.id)

/** The package an import declares. */
export function importedPackage(obj: GoObject | undefined): Package | undefined {
  return obj?.kind === 'PkgName' ? (obj satisfies PkgName).imported : undefined
}

const known = (...types: readonly Type[]): boolean => types.every(t => isValid(t) && isValid(underlying(t)))

/** Whether two types are the same. */
export function identical(x: Type, y: Type): Answer {
  if (!known(x, y)) return 'unknown'
  return identicalTypes(x, y) ? 'yes' : 'no'
}

/** Whether a value of type `v` may be assigned to a variable of type `t`. */
export function assignableTo(v: Type, t: Type): Answer {
  if (!known(v, t)) return 'unknown'
  const x = newOperand()
  x.mode = Mode.value
  x.type = v
  if (!isAssignable(undefined, x, t)) return 'no'
  return underlying(t).kind === 'Interface' ? implementsInterface(v, t) : 'yes'
}

/** Whether a value of type `v` may be converted to `t`. */
export function convertibleTo(v: Type, t: Type): Answer {
  if (!known(v, t)) return 'unknown'
  const x = newOperand()
  x.mode = Mode.value
  x.type = v
  return isConvertible(undefined, x, t) ? 'yes' : 'no'
}

/** Whether `v` implements the interface `t`; unknown when something either embeds could not be found. */
export function implementsInterface(v: Type, t: Type): Answer {
  if (!known(v, t)) return 'unknown'
  const tu = underlying(t)
  if (tu.kind !== 'Interface') return 'no'
  const vu = underlying(v)
  const complete: Answer =
    typeSetOf(tu).unknown || (vu.kind === 'Interface' && typeSetOf(vu).unknown) || hasUnknownEmbedded(v, new Set()) ? 'unknown' : 'yes'
  if (!implementsType(v, t, false)) return 'no'
  return both(complete, 'yes')
}

export {isUnknown as dependsOnUnknown}
