// Struct types that keep a C pointer, and how their methods end it: what the rules on Close have in common. By syntax; embedded types are not followed.
import type {BlockStmt, CallExpr, Expr, FuncDecl, Ident, SelectorExpr, TypeSpec} from '../../go/syntax/ast.ts'
import type {GoObject} from '../../go/types/objects.ts'
import {type AnyPass, cCallName, cMember, unparen} from './c-member.ts'
import {peel} from './pointer-argument.ts'

export interface CField {
  readonly name: Ident
  /** As it is written: `*C.SSL`. */
  readonly type: string
}

export interface COwner {
  readonly spec: TypeSpec
  readonly fields: readonly CField[]
  readonly methods: readonly FuncDecl[]
}

/** Declared struct types of the package with fields of type `*C.T`. */
export function cOwners(pass: AnyPass): readonly COwner[] {
  const owners: COwner[] = []
  for (const spec of pass.nodes('TypeSpec')) {
    const struct = unparen(spec.type)
    if (struct.kind !== 'StructType') continue
    const fields = struct.fields.list.flatMap(field => {
      const type = field.type === undefined ? undefined : unparen(field.type)
      const isC = type?.kind === 'StarExpr' && cMember(pass, type.x) !== undefined
      return isC ? field.names.map(name => ({name, type: pass.text(type)})) : []
    })
    if (fields.length > 0) owners.push({spec, fields, methods: methodsOf(pass, spec.name.name)})
  }
  return owners
}

function methodsOf(pass: AnyPass, type: string): FuncDecl[] {
  return [...pass.nodes('FuncDecl')].filter(decl => receiverType(decl) === type)
}

export function receiverType(decl: FuncDecl): string | undefined {
  let type = decl.recv?.list[0]?.type
  while (type !== undefined && (type.kind === 'StarExpr' || type.kind === 'ParenExpr' || type.kind === 'IndexExpr')) type = type.x
  return type?.kind === 'Ident' ? type.name : undefined
}

export const receiverOf = (pass: AnyPass, decl: FuncDecl): GoObject | undefined => {
  const name = decl.recv?.list[0]?.names[0]
  return name === undefined ? undefined : pass.objectOf(name)
}

export const isPointerReceiver = (decl: FuncDecl): boolean => decl.recv?.list[0]?.type?.kind === 'StarExpr'

/** `x.field` with x one variable. */
export function fieldUse(pass: AnyPass, expr: Expr, owner: GoObject, field: string): SelectorExpr | undefined {
  const at = unparen(expr)
  if (at.kind !== 'SelectorExpr' || at.sel.name !== field) return undefined
  const x = unparen(at.x)
  return x.kind === 'Ident' && pass.objectOf(x) === owner ? at : undefined
}

export const callsIn = (pass: AnyPass, body: BlockStmt): readonly CallExpr[] => pass.within(body, 'CallExpr')

/** The release word comes last: `git_config_delete_entry(config)` ends an entry. */
const endsForGood =
  /(?:^|_)(?:free|destroy|close|delete|dispose|release|finalize)(?:_all|_v?\d+)?$|(?:Free|Destroy|Close|Delete|Dispose|Release|Finalize)(?:All|Context|Ctx)?$/

/** The call in a method that ends the receiver's field for good: `C.X_free(x.f)`. References that are only counted down are not meant. */
export function releaseIn(pass: AnyPass, method: FuncDecl, field: string): CallExpr | undefined {
  const receiver = receiverOf(pass, method)
  if (method.body === undefined || receiver === undefined) return undefined
  for (const call of callsIn(pass, method.body)) {
    const name = cCallName(pass, call)
    const first = call.args[0]
    if (name === undefined || first === undefined || call.args.length !== 1 || !endsForGood.test(name)) continue
    if (fieldUse(pass, peel(pass, first), receiver, field) !== undefined) return call
  }
  return undefined
}

/** Whether anything in a body asks for or sets `receiver.field`, or keeps a flag, a Once or a swap that makes it run once. */
export function guardsItself(pass: AnyPass, body: BlockStmt, receiver: GoObject): boolean {
  if (pass.within(body, 'IfStmt').some(stmt => mentionsReceiver(stmt.cond))) return true
  if (pass.within(body, 'SwitchStmt').length > 0) return true
  for (const call of callsIn(pass, body)) {
    const fun = unparen(call.fun)
    if (fun.kind === 'SelectorExpr' && /^(?:Do|CompareAndSwap\w*|Swap\w*|LoadAndDelete)$/.test(fun.sel.name)) return true
  }
  for (const assign of pass.within(body, 'AssignStmt'))
    if (assign.lhs.some(lhs => unparen(lhs).kind === 'SelectorExpr' && mentionsReceiver(lhs))) return true
  return pass.within(body, 'StarExpr').some(star => mentionsReceiver(star.x))

  function mentionsReceiver(expr: Expr): boolean {
    return pass.within(expr, 'Ident').some(ident => pass.objectOf(ident) === receiver)
  }
}

export const closesByName =
  /^(?:Close|Free|Destroy|Release|Delete|Dispose|Unref|Finish|Finalize|Terminate|Shutdown|Stop|Cleanup|Clear|Quit|Term|Done|Drop|Deinit|Reset|close|free|destroy|release|delete|dispose|unref|finalize|cleanup)/
