// Collecting the objects a package declares, file by file, and its imports; then resolving all of them (go/types resolver.go).
import type {Expr, FuncDecl, Ident, ImportSpec, ValueSpec} from '../syntax/ast.ts'
import type {Checker} from './checker.ts'
import {makeFromLiteral, makeInt, stringVal} from './constant/constant.ts'
import {collectMethods, declare, objDecl, walkDecl, type Declared} from './declaration.ts'
import type {FileState} from './file-state.ts'
import {
  isExported,
  newConst,
  newFunc,
  newPackage,
  newPkgName,
  newTypeName,
  newVar,
  type DeclInfo,
  type Func,
  type GoObject,
  type Package,
  type TypeName,
  type Var,
} from './objects.ts'
import {loadPackage} from './package-members.ts'
import {recordDef, recordImplicit, recordScope} from './recording.ts'
import {insertInto, newScope, type Scope} from './scope.ts'

interface Method {
  readonly obj: Func
  readonly pointer: boolean
  readonly recv: Ident
}

/** A receiver's pointer, base type and the names of its type parameters (go/types Checker.unpackRecv). */
export function unpackReceiver(type: Expr): {pointer: boolean; base: Expr; params: readonly Expr[] | undefined} {
  let base = unparen(type)
  let pointer = false
  if (base.kind === 'StarExpr') {
    pointer = true
    base = unparen(base.x)
  }
  if (base.kind === 'IndexExpr') return {pointer, base: base.x, params: [base.index]}
  if (base.kind === 'IndexListExpr') return {pointer, base: base.x, params: base.indices}
  return {pointer, base, params: undefined}
}

export function unparen(e: Expr): Expr {
  let x = e
  while (x.kind === 'ParenExpr') x = x.x
  return x
}

export function collectObjects(c: Checker): void {
  const methods: Method[] = []
  for (const file of c.files) collectFile(c, file, methods)
  for (const file of c.files) if (file.nameGuessed) dropWrongGuesses(c, file)
  if (c.bodies) checkFileScopes(c)
  for (const m of methods) {
    const base = baseTypeName(c, m.pointer, m.recv)
    if (base === undefined) continue
    m.obj.ptrRecv = base.pointer
    const list = c.methods.get(base.name)
    if (list === undefined) c.methods.set(base.name, [m.obj])
    else list.push(m.obj)
  }
}

function collectFile(c: Checker, file: FileState, methods: Method[]): void {
  const scope = newScope(c.pkg.scope, file.tree.fileStart, file.tree.fileEnd)
  file.scope = scope
  c.env = {...c.env, file, scope}
  recordDef(c, file.tree.name, undefined)
  recordScope(c, file.tree, scope)
  const info = (fields: Partial<DeclInfo>): DeclInfo => ({
    file,
    scope,
    lhs: fields.lhs,
    vtype: fields.vtype,
    init: fields.init,
    inherited: fields.inherited ?? false,
    tdecl: fields.tdecl,
    fdecl: fields.fdecl,
  })
  const collect = (d: Declared) => {
    switch (d.kind) {
      case 'import':
        importDecl(c, file, scope, d.spec)
        break
      case 'const':
        d.spec.names.forEach((name, i) => {
          const obj = newConst(file, name.pos, c.pkg, name.name, undefined, makeInt(d.iota))
          declarePackageObject(c, name, obj, info({vtype: d.type, init: d.init[i], inherited: d.inherited}))
        })
        break
      case 'var':
        collectVars(c, file, d.spec, info)
        break
      case 'type': {
        const obj = newTypeName(file, d.spec.name.pos, c.pkg, d.spec.name.name)
        declarePackageObject(c, d.spec.name, obj, info({tdecl: d.spec}))
        break
      }
      case 'func':
        collectFunc(c, file, d.decl, info({fdecl: d.decl}), methods)
        break
    }
  }
  for (const d of file.tree.decls) walkDecl(c, d, collect)
}

function collectVars(c: Checker, file: FileState, spec: ValueSpec, info: (fields: Partial<DeclInfo>) => DeclInfo): void {
  const objs: Var[] = spec.names.map(name => newVar('package', file, name.pos, c.pkg, name.name, undefined))
  const shared = spec.values.length === 1 ? info({lhs: objs, vtype: spec.type, init: spec.values[0]}) : undefined
  spec.names.forEach((name, i) => {
    const obj = objs[i]
    if (obj !== undefined) declarePackageObject(c, name, obj, shared ?? info({vtype: spec.type, init: spec.values[i]}))
  })
}

function collectFunc(c: Checker, file: FileState, decl: FuncDecl, info: DeclInfo, methods: Method[]): void {
  const {name} = decl.name
  const obj = newFunc(file, decl.name.pos, c.pkg, name, undefined)
  obj.decl = info
  c.objects.push(obj)
  const recv = decl.recv?.list[0]
  if (recv?.type === undefined) {
    if (decl.recv !== undefined) c.error(decl.recv.pos, 'method has no receiver')
    if (name === 'init' || (name === 'main' && c.pkg.name === 'main')) {
      if (decl.type.typeParams !== undefined) c.error(decl.type.typeParams.pos, `func ${name} must have no type parameters`)
      if (decl.type.params.list.length > 0 || decl.type.results !== undefined)
        c.error(decl.name.pos, `func ${name} must have no arguments and no return values`)
    }
    if (name === 'init') {
      obj.parent = c.pkg.scope // never declared
      recordDef(c, decl.name, obj)
      if (decl.body === undefined && decl.skippedBody === undefined) c.error(decl.name.pos, 'func init must have a body')
    } else declare(c, c.pkg.scope, decl.name, obj, -1)
  } else {
    const {pointer, base} = unpackReceiver(recv.type)
    if (base.kind === 'Ident' && name !== '_') methods.push({obj, pointer, recv: base})
    recordDef(c, decl.name, obj)
  }
  if (decl.type.typeParams !== undefined) c.requires(18, decl.type.typeParams.pos, 'type parameter')
}

function declarePackageObject(c: Checker, name: Ident, obj: GoObject, decl: DeclInfo): void {
  obj.decl = decl
  if (name.name === 'init' || (name.name === 'main' && c.pkg.name === 'main')) {
    c.error(name.pos, `cannot declare ${name.name} - must be func`)
    return
  }
  declare(c, c.pkg.scope, name, obj, -1)
  c.objects.push(obj)
}

const illegalInPath = /[!"#$%&'()*,:;<=>?[\\\]^{|}`\uFFFD\s]/

function importDecl(c: Checker, file: FileState, scope: Scope, spec: ImportSpec): void {
  if (spec.path.value === '') return // reported by the parser
  const path = stringVal(makeFromLiteral(spec.path.value, 'STRING'))
  if (path === '' || illegalInPath.test(path)) {
    c.error(spec.path.pos, 'invalid import path')
    return
  }
  const imported = importPackage(c, path, spec.path.pos)
  const name = spec.name?.name ?? imported.name
  if (name === 'init') {
    c.error(spec.pos, 'cannot import package as init - init must be a func')
    return
  }
  if (path === 'C' && spec.name !== undefined) {
    c.error(spec.name.pos, 'cannot rename import "C"')
    return
  }
  if (!c.pkg.imports.includes(imported)) c.pkg.imports.push(imported)
  const obj = newPkgName(file, spec.pos, c.pkg, name, imported)
  if (spec.name !== undefined) recordDef(c, spec.name, obj)
  else recordImplicit(c, spec, obj)
  if (imported.fake) obj.used = true
  c.imports.push(obj)
  if (imported.fake && path !== 'C' && spec.name === undefined) {
    file.nameGuessed = true
    if (scope.elems?.has(name) !== true) declare(c, scope, undefined, obj, -1)
    return
  }
  if (name !== '.') {
    declare(c, scope, undefined, obj, -1)
    return
  }
  loadPackage(imported)
  if (imported.fake) file.dotUnknown = true
  for (const [member, target] of imported.scope.elems ?? []) {
    if (!isExported(member)) continue
    const elems = (scope.elems ??= new Map())
    if (elems.has(member)) c.error(spec.pos, `${member} redeclared in this block`)
    else {
      elems.set(member, target)
      ;(file.dotImports ??= new Map()).set(member, obj)
    }
  }
}

/** A missing package is made up: its members are unknown and its name is a guess. */
function importPackage(c: Checker, path: string, pos: number): Package {
  const known = path === 'C' ? undefined : c.importer(path)
  if (known !== undefined && known.name !== '_' && known.name !== '') return known
  const made = c.fakePackages.get(path)
  if (made !== undefined) return made
  const pkg = newPackage(path, path === 'C' ? 'C' : guessName(path))
  pkg.fake = true
  if (path === 'C') pkg.member = membersOfC(c, pkg)
  else c.error(pos, `could not import ${path}`)
  c.fakePackages.set(path, pkg)
  return pkg
}

/** Asked for when the first member is looked up: the files are all there then. */
function membersOfC(c: Checker, pkg: Package): Package['member'] {
  const {cgo} = c
  if (cgo === undefined) return undefined
  let members: ((name: string) => GoObject | undefined) | undefined
  return name => (members ??= cgo(c.pkg, pkg, c.files))(name)
}

/** The last element of an import path, without a major version behind it: what most packages are called. */
export function guessName(path: string): string {
  const elements = path.split('/').filter(e => e !== '')
  let name = elements.pop() ?? path
  if (/^v[0-9]+$/.test(name) && elements.length > 0) name = elements.pop() ?? name
  name = name.replace(/\.v[0-9]+$/, '').replace(/^go-|[.-]go$/, '')
  return name.replaceAll('-', '_').replaceAll('.', '_') || path
}

/** A package cannot be called what the package that imports it declares. */
function dropWrongGuesses(c: Checker, file: FileState): void {
  for (const [name, obj] of file.scope?.elems ?? [])
    if (obj.kind === 'PkgName' && obj.imported.fake && c.pkg.scope.elems?.has(name) === true) file.scope?.elems?.delete(name)
}

function checkFileScopes(c: Checker): void {
  const {elems} = c.pkg.scope
  if (elems === undefined) return
  for (const file of c.files) {
    for (const name of file.scope?.elems?.keys() ?? []) {
      const other = elems.get(name)
      if (other === undefined) continue
      c.env = {...c.env, file: other.file ?? file}
      c.error(other.pos, `${name} already declared through import`)
    }
  }
}

/** The declared type a receiver's name leads to through aliases (go/types Checker.resolveBaseTypeName). */
function baseTypeName(c: Checker, pointer: boolean, recv: Ident): {pointer: boolean; name: TypeName} | undefined {
  let ptr = pointer
  let ident: Ident | undefined = recv
  const seen = new Set<TypeName>()
  while (ident !== undefined) {
    const obj: GoObject | undefined = c.pkg.scope.elems?.get(ident.name)
    if (obj?.kind !== 'TypeName' || seen.has(obj)) return undefined
    const tdecl: DeclInfo['tdecl'] = obj.decl?.tdecl
    if (tdecl === undefined) return undefined
    if (tdecl.assign < 0) return {pointer: ptr, name: obj}
    if (tdecl.typeParams !== undefined) return undefined
    seen.add(obj)
    let type: Expr = unparen(tdecl.type)
    if (type.kind === 'StarExpr') {
      if (ptr) return undefined
      ptr = true
      type = unparen(type.x)
    }
    ident = type.kind === 'Ident' ? type : undefined
  }
  return undefined
}

/** Resolves everything the package declares: types, then aliases, then the rest (go/types Checker.packageObjects). */
export function packageObjects(c: Checker): void {
  for (const obj of c.objects) if (obj.kind === 'TypeName' && obj.type !== undefined) collectMethods(c, obj)
  const aliases: GoObject[] = []
  const others: GoObject[] = []
  for (const obj of c.objects) {
    if (obj.kind !== 'TypeName') others.push(obj)
    else if ((obj.decl?.tdecl?.assign ?? -1) >= 0) aliases.push(obj)
    else c.protect(() => objDecl(c, obj))
  }
  for (const obj of aliases) c.protect(() => objDecl(c, obj))
  for (const obj of others) c.protect(() => objDecl(c, obj))
  c.methods.clear()
}

export function unusedImports(c: Checker): void {
  for (const obj of c.imports) {
    if (obj.name === '_' || obj.used || obj.file === undefined) continue
    c.env = {...c.env, file: obj.file, errorPos: -1}
    c.error(obj.pos, `"${obj.imported.path}" imported and not used`)
  }
}

export {insertInto}
