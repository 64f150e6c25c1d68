// The calls of one package as data that outlives its trees: who calls what, which methods its types have, which functions become values.
// call-graph.ts joins those of all packages.
import {forEachChild, type CallExpr, type Expr, type Node} from '../syntax/ast.ts'
import {
  definitionOf,
  isInterface,
  methodSet,
  objectId,
  objectType,
  selectionOf,
  signatureOf,
  typeOf,
  typeSetOf,
  underlying,
  unalias,
  useOf,
  type FileState,
  type Func,
  type Signature,
  type Type,
} from '../types/api.ts'
import {calleeOf, functionExpr} from './callee.ts'
import {functionName} from './function-name.ts'
import type {PackageFlow} from './package-flow.ts'
import type {FunctionBody} from './package-functions.ts'
import {signatureKey} from './type-key.ts'

/** A method as interfaces ask for it. */
export interface MethodKey {
  /** Name, qualified by the package unless exported. */
  readonly id: string
  readonly signature: string
}

export type CallTarget =
  /** A declared function or method, by functionName. */
  | {readonly kind: 'function'; readonly name: string}
  /** A literal, by its place. */
  | {readonly kind: 'literal'; readonly place: string}
  | {readonly kind: 'interface'; readonly method: MethodKey; readonly all: readonly MethodKey[]}
  | {readonly kind: 'value'; readonly signature: string}
  | {readonly kind: 'unknown'}

export interface CallFact {
  /** Place of the calling function; the package's path for initialisers of its variables. */
  readonly from: string
  readonly how: 'call' | 'go' | 'defer'
  /** Byte offset of the call. */
  readonly at: number
  readonly to: CallTarget
}

export interface FunctionFact {
  /** `file:offset` of the declaration or literal. */
  readonly place: string
  /** Undefined for literals, `init` and `_`. */
  readonly name: string | undefined
  readonly signature: string
  readonly method: boolean
  readonly literal: boolean
  /** Used as a value, so that anyone may call it. */
  readonly valued: boolean
}

export interface TypeFact {
  readonly methods: readonly (MethodKey & {readonly target: CallTarget})[]
}

export interface ValueFact {
  readonly target: CallTarget
  readonly signature: string
}

export interface PackageCalls {
  readonly path: string
  /** A main package: its function main starts the program. */
  readonly main: boolean
  readonly functions: readonly FunctionFact[]
  readonly calls: readonly CallFact[]
  /** Concrete types with methods, promoted ones included; the method set of the pointer. */
  readonly types: readonly TypeFact[]
  /** Functions of this and other packages used as values: functions, bound methods and method expressions with the signature they have then. */
  readonly values: readonly ValueFact[]
}

export const placeOf = (file: FileState, node: Node): string => `${file.path}:${node.pos}`

export function packageCalls(path: string, flow: PackageFlow): PackageCalls {
  const collector = new Collector()
  for (const file of flow.files) for (const decl of file.tree.decls) collector.walk(file, decl, path, undefined)
  const functions = flow.functions.map(own => collector.factOf(own))
  return {
    path,
    main: flow.files[0]?.tree.name.name === 'main',
    functions,
    calls: collector.calls,
    types: collector.types,
    values: collector.values,
  }
}

class Collector {
  readonly calls: CallFact[] = []
  readonly types: TypeFact[] = []
  readonly values: ValueFact[] = []
  readonly #calledLiterals = new Set<Node>()
  readonly #calledNames = new Set<Node>()
  readonly #valued = new Set<string>()

  factOf(own: FunctionBody): FunctionFact {
    const place = placeOf(own.file, own.node)
    const {func} = own
    const signature = func === undefined ? typeOf(own.file, own.node as Expr) : objectType(func)
    const named =
      func !== undefined && func.name !== '_' && (func.name !== 'init' || own.node.kind !== 'FuncDecl' || own.node.recv !== undefined)
    const name = named ? functionName(func) : undefined
    return {
      place,
      name,
      signature: signature?.kind === 'Signature' ? signatureKey(signature) : '?',
      literal: own.node.kind === 'FuncLit',
      method: own.node.kind === 'FuncDecl' && own.node.recv !== undefined,
      valued: own.node.kind === 'FuncLit' ? !this.#calledLiterals.has(own.node) : name !== undefined && this.#valued.has(name),
    }
  }

  walk(file: FileState, node: Node, from: string, parent: Node | undefined): void {
    switch (node.kind) {
      case 'FuncDecl':
      case 'FuncLit': {
        const place = placeOf(file, node)
        forEachChild(node, child => this.walk(file, child, place, node))
        return
      }
      case 'CallExpr':
        this.#call(file, node, from, parent)
        break
      case 'RangeStmt':
        this.#rangeOver(file, node.x, from)
        break
      case 'Ident':
      case 'SelectorExpr':
        this.#value(file, node)
        if (node.kind === 'Ident') return
        break
      case 'TypeSpec': {
        const object = definitionOf(file, node.name)
        if (object?.kind === 'TypeName') this.#type(objectType(object))
        break
      }
      case 'StructType':
        if (node.fields.list.some(field => field.names.length === 0)) {
          const type = typeOf(file, node)
          if (type !== undefined) this.#type(type)
        }
        break
      case 'CommentGroup':
      case 'BasicLit':
      case 'ImportSpec':
        return
      default:
    }
    forEachChild(node, child => this.walk(file, child, from, node))
  }

  #call(file: FileState, call: CallExpr, from: string, parent: Node | undefined): void {
    const fun = functionExpr(call)
    this.#calledNames.add(fun)
    if (fun.kind === 'SelectorExpr') this.#calledNames.add(fun.sel)
    if (fun.kind === 'FuncLit') this.#calledLiterals.add(fun)
    const to = this.#target(file, call, fun)
    if (to === undefined) return
    const how = parent?.kind === 'GoStmt' ? 'go' : parent?.kind === 'DeferStmt' ? 'defer' : 'call'
    this.calls.push({from, how, at: call.pos, to})
  }

  /** A loop over a function calls it. */
  #rangeOver(file: FileState, x: Expr, from: string): void {
    const type = typeOf(file, x)
    const signature = type && signatureBehind(type)
    if (signature === undefined) return
    this.calls.push({from, how: 'call', at: x.pos, to: {kind: 'value', signature: signatureKey(signature)}})
  }

  #target(file: FileState, call: CallExpr, fun: Expr): CallTarget | undefined {
    const callee = calleeOf(file, call)
    switch (callee.kind) {
      case 'literal':
        return {kind: 'literal', place: placeOf(file, callee.literal)}
      case 'function':
      case 'interface': {
        // A method expression T.M(x) calls what x.M() calls.
        const selection = fun.kind === 'SelectorExpr' ? selectionOf(file, fun) : undefined
        return targetOf(callee.func, callee.kind === 'interface' ? (selection?.recv ?? receiverType(callee.func)) : undefined)
      }
      case 'value': {
        const type = typeOf(file, call.fun)
        const signature = type && signatureBehind(type)
        return signature === undefined ? {kind: 'unknown'} : {kind: 'value', signature: signatureKey(signature)}
      }
      case 'unknown':
        return {kind: 'unknown'}
      default:
        return undefined
    }
  }

  #value(file: FileState, node: Expr & {kind: 'Ident' | 'SelectorExpr'}): void {
    if (this.#calledNames.has(node)) return
    const name = node.kind === 'Ident' ? node : node.sel
    if (node.kind === 'SelectorExpr') this.#calledNames.add(name) // the whole selector says it
    const object = useOf(file, name)
    if (object?.kind !== 'Func') return
    const origin = object.origin ?? object
    const type = typeOf(file, node)
    const signature = type && signatureBehind(type)
    const selection = node.kind === 'SelectorExpr' ? selectionOf(file, node) : undefined
    const recv = receiverType(origin)
    const face = recv !== undefined && isInterface(recv) ? (selection?.recv ?? recv) : undefined
    const target = targetOf(origin, face)
    if (target.kind === 'function') this.#valued.add(target.name)
    this.values.push({target, signature: signature === undefined ? '?' : signatureKey(signature)})
  }

  #type(type: Type): void {
    const t = unalias(type)
    if (isInterface(t)) return
    const methods = methodSet({kind: 'Pointer', base: t}).list.flatMap(({obj}) => {
      if (obj.kind !== 'Func') return []
      const signature = signatureOf(obj)
      const origin = obj.origin ?? obj
      const recv = receiverType(origin)
      const target = targetOf(origin, recv !== undefined && isInterface(recv) ? recv : undefined)
      return [{id: objectId(obj), signature: signature === undefined ? '?' : signatureKey(signature), target}]
    })
    if (methods.length > 0) this.types.push({methods})
  }
}

function signatureBehind(type: Type): Signature | undefined {
  const under = underlying(type)
  return under.kind === 'Signature' ? under : undefined
}

function receiverType(func: Func): Type | undefined {
  const recv = signatureOf(func)?.recv
  return recv === undefined ? undefined : objectType(recv)
}

/** `face` is the interface (or type parameter) whose method it is. */
function targetOf(func: Func, face: Type | undefined): CallTarget {
  if (face === undefined) {
    const name = functionName(func)
    return name === undefined ? {kind: 'unknown'} : {kind: 'function', name}
  }
  const keyOf = (m: Func): MethodKey => {
    const signature = signatureOf(m)
    return {id: objectId(m), signature: signature === undefined ? '?' : signatureKey(signature)}
  }
  const under = underlying(face.kind === 'Pointer' ? face.base : face)
  const all = under.kind === 'Interface' ? typeSetOf(under).methods.map(keyOf) : []
  return {kind: 'interface', method: keyOf(func), all}
}
