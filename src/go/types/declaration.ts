// Resolving declarations: each object once, on first use, with cycles through the path of what is being resolved (go/types decl.go).
import type {Decl, Expr, FieldList, GenDecl, Ident, ImportSpec, TypeSpec, FuncDecl, ValueSpec} from '../syntax/ast.ts'
import {initConst, initVar, initVars} from './assignment.ts'
import {newEnvironment, type Checker} from './checker.ts'
import {makeInt, unknownValue, type Value} from './constant/constant.ts'
import {reportCycle} from './cycles.ts'
import {checkExpr, newTarget} from './expression.ts'
import {newConst, newTypeName, newVar, type Const, type DeclInfo, type Func, type GoObject, type TypeName, type Var} from './objects.ts'
import {newOperand} from './operand.ts'
import {isConstType, isGeneric, isTypeParam, isUnknown, isValid} from './predicates.ts'
import {recordDef} from './recording.ts'
import {insertInto} from './scope.ts'
import {funcType} from './signature.ts'
import {funcBody, openScope, closeScope} from './statement.ts'
import {declaredType, typeExpr, varType} from './type-expression.ts'
import {asNamed, underlying} from './underlying.ts'
import {validType} from './valid-type.ts'
import {
  bindTypeParams,
  emptyTuple,
  invalidType,
  newAlias,
  newNamed,
  newSignature,
  newTypeParam,
  unknownType,
  type Type,
  type TypeParam,
} from './types.ts'

/** Declares an object under its name, visible from `pos`; `id` undefined leaves recording to others. */
export function declare(c: Checker, scope: GoObject['parent'], id: Ident | undefined, obj: GoObject, pos: number): void {
  if (obj.name !== '_' && scope !== undefined) {
    if (insertInto(scope, obj) !== undefined) {
      c.error(obj.pos, `${obj.name} redeclared in this block`)
      return
    }
    obj.scopePos = pos
  }
  if (id !== undefined) recordDef(c, id, obj)
}

/** Resolves a package-level object or method of this checker's package (go/types Checker.objDecl). */
export function objDecl(c: Checker, obj: GoObject): void {
  if (c.pathIndex.has(obj)) {
    closeCycle(c, obj)
    return
  }
  if (obj.type !== undefined) return
  const d = obj.decl
  if (d === undefined) {
    obj.type = invalidType
    return
  }
  c.push(obj)
  const saved = c.env
  c.env = newEnvironment(d.file, d.scope, obj.kind === 'Const' || obj.kind === 'Var' ? d : undefined, undefined)
  if (obj.kind === 'Const') constDecl(c, obj, d.vtype, d.init, d.inherited)
  else if (obj.kind === 'Var') varDecl(c, obj, d.lhs, d.vtype, d.init)
  else if (obj.kind === 'TypeName' && d.tdecl !== undefined) {
    typeDecl(c, obj, d.tdecl)
    collectMethods(c, obj)
  } else if (obj.kind === 'Func') funcDecl(c, obj, d)
  c.env = saved
  c.pop()
}

function closeCycle(c: Checker, obj: GoObject): void {
  const valid = isValidCycle(c, obj)
  if (obj.kind === 'Const' || obj.kind === 'Var') {
    if (!valid || obj.type === undefined) obj.type = invalidType
  } else if (obj.kind === 'TypeName' && !valid) obj.type = invalidType
  obj.type ??= invalidType
}

/** Cycles of types through a definition are valid, and so are those of functions and values only (go/types Checker.validCycle). */
function isValidCycle(c: Checker, obj: GoObject): boolean {
  const start = c.pathIndex.get(obj) ?? 0
  const cycle = c.path.slice(start)
  let values = 0
  let definitions = 0
  for (const o of cycle) {
    if (o.kind === 'Const' || o.kind === 'Var') values++
    else if (o.kind === 'TypeName') {
      if (c.env.inTypeParams && o.type !== undefined && isGeneric(o.type)) return true
      if (!isAlias(o)) definitions++
    }
  }
  if (values === cycle.length || (values === 0 && definitions > 0)) return true
  reportCycle(c, cycle)
  return false
}

/** Whether a type name is another name for a type (go/types TypeName.IsAlias). */
export function isAlias(obj: TypeName): boolean {
  const t = obj.type
  if (t === undefined) return false
  switch (t.kind) {
    case 'Basic':
      return obj.pkg !== undefined && obj.pkg.path !== 'unsafe' ? true : t.name !== obj.name || t.name === 'byte' || t.name === 'rune'
    case 'Named':
    case 'TypeParam':
      return t.obj !== obj
    default:
      return true
  }
}

/** A spec of a declaration; constants carry what they inherit. */
export type Declared =
  | {readonly kind: 'import'; readonly spec: ImportSpec}
  | {
      readonly kind: 'const'
      readonly spec: ValueSpec
      readonly iota: number
      readonly type: Expr | undefined
      readonly init: readonly Expr[]
      readonly inherited: boolean
    }
  | {readonly kind: 'var'; readonly spec: ValueSpec}
  | {readonly kind: 'type'; readonly spec: TypeSpec}
  | {readonly kind: 'func'; readonly decl: FuncDecl}

export function walkDecl(c: Checker, d: Decl, f: (d: Declared) => void): void {
  if (d.kind === 'FuncDecl') f({kind: 'func', decl: d})
  else if (d.kind === 'GenDecl') walkSpecs(c, d, f)
}

function walkSpecs(c: Checker, d: GenDecl, f: (d: Declared) => void): void {
  let last: ValueSpec | undefined
  d.specs.forEach((spec, iota) => {
    if (spec.kind === 'ImportSpec') f({kind: 'import', spec})
    else if (spec.kind === 'TypeSpec') f({kind: 'type', spec})
    else if (d.tok === 'const') {
      let inherited = true
      if (spec.type !== undefined || spec.values.length > 0) {
        last = spec
        inherited = false
      } else if (last === undefined) inherited = false
      const init = last?.values ?? []
      matchArity(c, spec, init.length, true)
      f({kind: 'const', spec, iota, type: last?.type, init, inherited})
    } else {
      matchArity(c, spec, spec.values.length, false)
      f({kind: 'var', spec})
    }
  })
}

function matchArity(c: Checker, spec: ValueSpec, values: number, constant: boolean): void {
  const names = spec.names.length
  if (!constant && values === 0) {
    if (spec.type === undefined) c.error(spec.pos, 'missing type or init expr')
  } else if (names < values) c.error(spec.values[names]?.pos ?? spec.pos, 'extra init expr')
  else if (names > values && (constant || values !== 1)) c.error(spec.names[values]?.pos ?? spec.pos, 'missing init expr')
}

function constDecl(c: Checker, obj: Const, type: Expr | undefined, init: Expr | undefined, inherited: boolean): void {
  const {iota, errorPos} = c.env
  c.env.iota = obj.value
  c.env.errorPos = -1
  obj.value = unknownValue
  constValue(c, obj, type, init, inherited)
  c.env.iota = iota
  c.env.errorPos = errorPos
}

function constValue(c: Checker, obj: Const, type: Expr | undefined, init: Expr | undefined, inherited: boolean): void {
  if (type !== undefined) {
    const t = typeExpr(c, type)
    if (!isConstType(t)) {
      if (isValid(underlying(t))) c.error(type.pos, 'invalid constant type')
      obj.type = isUnknown(underlying(t)) ? unknownType : invalidType
      return
    }
    obj.type = t
  }
  const x = newOperand()
  if (init !== undefined) {
    if (inherited) c.env.errorPos = obj.pos
    checkExpr(c, undefined, x, init)
  }
  initConst(c, obj, x)
}

function varDecl(c: Checker, obj: Var, lhs: readonly Var[] | undefined, type: Expr | undefined, init: Expr | undefined): void {
  if (type !== undefined) obj.type = varType(c, type)
  if (init === undefined) {
    obj.type ??= invalidType
    return
  }
  // A dependency's variable with a type needs no look at its value.
  if (!c.bodies && type !== undefined) {
    if (lhs !== undefined) for (const v of lhs) v.type = obj.type
    return
  }
  if (lhs === undefined || lhs.length === 1) {
    const x = newOperand()
    checkExpr(c, newTarget(obj.type, obj.name), x, init)
    initVar(c, obj, x, 'variable declaration')
    return
  }
  if (type !== undefined) for (const v of lhs) v.type = obj.type
  initVars(c, lhs, [init], undefined)
}

export function typeDecl(c: Checker, obj: TypeName, decl: TypeSpec): void {
  c.later(() => {
    const named = obj.type === undefined ? undefined : asNamed(obj.type)
    if (named !== undefined) validType(c, named)
  })
  const generic = decl.typeParams !== undefined && decl.typeParams.list.length > 0
  if (decl.assign >= 0) {
    aliasDecl(c, obj, decl, generic)
    return
  }
  if (generic) c.requires(18, decl.typeParams?.pos ?? decl.pos, 'type parameter')
  const named = newNamed(c, obj, undefined)
  if (decl.typeParams !== undefined) {
    openScope(c, decl)
    collectTypeParams(c, decl.typeParams, list => (named.tparams = list))
  }
  const rhs = declaredType(c, decl.type, obj)
  named.fromRHS = rhs
  if (isTypeParam(rhs)) {
    c.error(decl.type.pos, 'cannot use a type parameter as RHS in type declaration')
    named.fromRHS = invalidType
  }
  if (decl.typeParams !== undefined) closeScope(c)
}

function aliasDecl(c: Checker, obj: TypeName, decl: TypeSpec, generic: boolean): void {
  if (!generic || c.requires(23, decl.typeParams?.pos ?? decl.pos, 'generic type alias')) c.requires(9, decl.assign, 'type alias')
  const alias = newAlias(obj, undefined)
  if (generic && decl.typeParams !== undefined) {
    openScope(c, decl)
    collectTypeParams(c, decl.typeParams, list => (alias.tparams = list))
  }
  const rhs = declaredType(c, decl.type, obj)
  alias.fromRHS = rhs
  if (rhs.kind === 'TypeParam' && alias.tparams?.includes(rhs) === true) {
    c.error(decl.type.pos, 'cannot use type parameter declared in alias declaration as RHS')
    alias.fromRHS = invalidType
  }
  if (generic) closeScope(c)
}

/** Declares the type parameters of a list, then gives them their bounds; `bind` gets them in between, for bounds that refer to what is declared. */
export function collectTypeParams(c: Checker, list: FieldList, bind: (params: readonly TypeParam[] | undefined) => void): void {
  const params: TypeParam[] = []
  for (const f of list.list) for (const name of f.names) params.push(declareTypeParam(c, name, list.pos))
  bind(bindTypeParams(params))
  const outer = c.env.inTypeParams
  c.env.inTypeParams = true
  let index = 0
  for (const f of list.list) {
    let bound: Type = invalidType
    if (f.type !== undefined) {
      bound = boundType(c, f.type)
      if (isTypeParam(bound)) {
        c.error(f.type.pos, 'cannot use a type parameter as constraint')
        bound = invalidType
      }
    }
    for (let i = 0; i < f.names.length; i++) {
      const param = params[index++]
      if (param !== undefined) param.bound = bound
    }
  }
  c.env.inTypeParams = outer
}

/** A constraint; `~T` and `A|B` stand for the interface that has them. */
function boundType(c: Checker, e: Expr): Type {
  if (!(e.kind === 'UnaryExpr' && e.op === '~') && !(e.kind === 'BinaryExpr' && e.op === '|')) return typeExpr(c, e)
  const at = {pos: e.pos, end: e.end, id: -1}
  const field = {...at, kind: 'Field', doc: undefined, names: [], type: e, tag: undefined, comment: undefined} as const
  const methods = {...at, kind: 'FieldList', opening: -1, list: [field], closing: -1} as const
  const t = typeExpr(c, {...at, kind: 'InterfaceType', methods})
  if (t.kind === 'Interface') t.implicit = true
  return t
}

export function declareTypeParam(c: Checker, name: Ident, scopePos: number): TypeParam {
  const obj = newTypeName(c.env.file, name.pos, c.pkg, name.name)
  const param = newTypeParam(obj, invalidType)
  declare(c, c.env.scope, name, obj, scopePos)
  return param
}

/** Adds the methods declared for a type to it (go/types Checker.collectMethods). */
export function collectMethods(c: Checker, obj: TypeName): void {
  const methods = c.methods.get(obj)
  if (methods === undefined) return
  c.methods.delete(obj)
  const base = obj.type === undefined ? undefined : asNamed(obj.type)
  if (base !== undefined && c.bodies) c.later(() => checkFieldUniqueness(c, base))
  const names = new Set<string>(base?.methods.map(m => m.name))
  for (const m of methods) {
    if (names.has(m.name)) {
      c.error(m.pos, `method ${obj.name}.${m.name} already declared`)
      continue
    }
    names.add(m.name)
    base?.methods.push(m)
  }
}

function checkFieldUniqueness(c: Checker, base: NonNullable<ReturnType<typeof asNamed>>): void {
  const u = underlying(base)
  if (u.kind !== 'Struct') return
  const names = new Set(base.methods.map(m => m.name))
  for (const f of u.fields) if (f.name !== '_' && names.has(f.name)) c.error(f.pos, `field and method with the same name ${f.name}`)
}

function funcDecl(c: Checker, obj: Func, d: DeclInfo): void {
  const {fdecl} = d
  const sig = newSignature(emptyTuple, emptyTuple, false)
  obj.type = sig // guards against cycles
  if (fdecl === undefined) return
  funcType(c, sig, fdecl.recv, fdecl.type)
  if (sig.scope !== undefined) {
    sig.scope.pos = fdecl.pos
    sig.scope.end = fdecl.end
  }
  const {body} = fdecl
  if (body === undefined) {
    if (fdecl.skippedBody === undefined && fdecl.type.typeParams !== undefined)
      c.error(fdecl.name.pos, 'generic function is missing function body')
    return
  }
  if (c.bodies) c.later(() => funcBody(c, d, sig, body, undefined))
}

/** A declaration among statements. */
export function declStmt(c: Checker, d: Decl): void {
  walkDecl(c, d, declared => {
    if (declared.kind === 'const') localConsts(c, declared.spec, declared)
    else if (declared.kind === 'var') localVars(c, declared.spec)
    else if (declared.kind === 'type') {
      const {spec} = declared
      const obj = newTypeName(c.env.file, spec.name.pos, c.pkg, spec.name.name)
      declare(c, c.env.scope, spec.name, obj, spec.name.pos)
      c.push(obj)
      typeDecl(c, obj, spec)
      c.pop()
    }
  })
}

function localConsts(
  c: Checker,
  spec: ValueSpec,
  d: {iota: number; type: Expr | undefined; init: readonly Expr[]; inherited: boolean},
): void {
  const top = c.delayed.length
  const objs = spec.names.map((name, i) => {
    const iota: Value = makeInt(d.iota)
    const obj = newConst(c.env.file, name.pos, c.pkg, name.name, undefined, iota)
    constDecl(c, obj, d.type, d.init[i], d.inherited)
    return obj
  })
  c.processDelayed(top)
  spec.names.forEach((name, i) => {
    const obj = objs[i]
    if (obj !== undefined) declare(c, c.env.scope, name, obj, spec.end)
  })
}

function localVars(c: Checker, spec: ValueSpec): void {
  const top = c.delayed.length
  const objs = spec.names.map(name => newVar('local', c.env.file, name.pos, c.pkg, name.name, undefined))
  const {values, names} = spec
  for (let i = 0; i < objs.length; i++) {
    const obj = objs[i]
    if (obj === undefined) continue
    const together = values.length === 1 && names.length !== 1
    varDecl(c, obj, together ? objs : undefined, spec.type, together ? values[0] : values[i])
    if (values.length === 1) {
      for (const other of objs) other.type ??= invalidType
      break
    }
  }
  c.processDelayed(top)
  names.forEach((name, i) => {
    const obj = objs[i]
    if (obj !== undefined) declare(c, c.env.scope, name, obj, spec.end)
  })
}
