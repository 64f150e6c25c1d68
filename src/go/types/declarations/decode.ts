// Reads a declaration file (format.ts) into a package: all of its objects at once, with name and place; the type of each when something asks for
// it, and what stands behind a declared type when something looks at that.
import {errors} from '../../../base/errors.ts'
import type {FileState} from '../file-state.ts'
import {instantiate, newInstanceCache, type InstanceCache} from '../instantiation.ts'
import {
  newConst,
  newField,
  newFunc,
  newTypeName,
  newVar,
  objectType,
  type DeclInfo,
  type Func,
  type GoObject,
  type Package,
  type TypeName,
  type Var,
} from '../objects.ts'
import {unknownValue} from '../constant/constant.ts'
import {loadPackage} from '../package-members.ts'
import {newScope, type Scope} from '../scope.ts'
import {topSet} from '../type-set.ts'
import {
  byteType,
  emptyTuple,
  invalidType,
  newAlias,
  newArray,
  newChan,
  newInterface,
  newMap,
  newPointer,
  newSignature,
  newSlice,
  newStruct,
  newTuple,
  newTypeParam,
  newUnion,
  runeType,
  typ,
  type BasicKind,
  type Interface,
  type Signature,
  type Term,
  type Tuple,
  type Type,
  type TypeParam,
} from '../types.ts'
import {universeAny, universeScope} from '../universe.ts'
import {unalias} from '../underlying.ts'
import {ByteReader} from './bytes.ts'
import {DeclaredType, type Declaration} from './declared-type.ts'
import {chanDirections, DeclaredAs, formatVersion, ObjectKind, TypeTag, varKinds} from './format.ts'
import {readValue} from './values.ts'

export interface DeclarationSource {
  /** The state of the package's i-th file, with its tree read when something looks at it. */
  file(index: number, version: number): FileState
  /** Where an object is declared, with its syntax read when something looks at it. */
  declaration(obj: GoObject): DeclInfo | undefined
  /** A package by import path; undefined when there is none. */
  package(path: string): Package | undefined
}

/** Fills the scope of `pkg`. Throws a TriageError, and leaves the package as it was, when the bytes are no declaration file of this version. */
export function decodeDeclarations(pkg: Package, bytes: Uint8Array, source: DeclarationSource): void {
  const decoder = new Decoder(pkg, bytes, source)
  pkg.resolver = decoder
  pkg.scope.elems = decoder.objects
  pkg.imports = decoder.imports()
  pkg.complete = true
}

const malformed = (at: number, what: string) => errors.malformed('declarations', at, what)

class Decoder {
  readonly #pkg: Package
  readonly #bytes: Uint8Array
  readonly #source: DeclarationSource
  readonly #strings: readonly string[]
  readonly #files: (FileState | undefined)[] = [undefined]
  readonly #importPaths: readonly string[]
  readonly #packages: readonly string[]
  /** Where the record of an object or method begins. */
  readonly #places = new Map<GoObject, number>()
  /** Numbers of the signatures of methods. */
  readonly #methods = new Map<GoObject, number>()
  readonly #typePlaces: readonly number[]
  readonly #types: (Type | undefined)[]
  /** Types that are being read. */
  readonly #open = new Set<number>()
  /** What is declared inside functions and types lies here. */
  readonly #inner: Scope
  readonly objects = new Map<string, GoObject>()
  /** As a checker has it: instances made here are made once. */
  readonly instances: InstanceCache = newInstanceCache()

  constructor(pkg: Package, bytes: Uint8Array, source: DeclarationSource) {
    this.#pkg = pkg
    this.#bytes = bytes
    this.#source = source
    this.#inner = newScope(pkg.scope, -1, -1)
    const from = new ByteReader(bytes)
    if (from.number() !== formatVersion) throw malformed(0, 'has another version')
    this.#strings = stringsOf(from)
    for (let left = from.count(); left > 0; left--) this.#files.push(source.file(from.number(), from.number()))
    this.#importPaths = this.#list(from)
    this.#packages = this.#list(from)
    const lengths = this.#readObjects(from)
    const typePlaces = Array.from({length: from.count()}, () => from.number())
    let at = from.at
    for (const [obj, length] of lengths) {
      this.#places.set(obj, at)
      at += length
    }
    typePlaces.forEach((length, i) => {
      typePlaces[i] = at
      at += length
    })
    if (at !== bytes.length) throw malformed(at, 'does not end where it should')
    this.#typePlaces = typePlaces
    this.#types = new Array<Type | undefined>(typePlaces.length).fill(undefined)
  }

  #readObjects(from: ByteReader): (readonly [GoObject, number])[] {
    const lengths: (readonly [GoObject, number])[] = []
    for (let left = from.count(); left > 0; left--) {
      const kind = from.byte()
      const obj = this.#newObject(kind, this.#string(from), this.#file(from), from.number() - 1)
      obj.parent = this.#pkg.scope
      this.objects.set(obj.name, obj)
      lengths.push([obj, from.number()])
    }
    return lengths
  }

  #newObject(kind: number, name: string, file: FileState | undefined, pos: number): GoObject {
    const pkg = this.#pkg
    switch (kind) {
      case ObjectKind.Const:
        return newConst(file, pos, pkg, name, undefined, unknownValue)
      case ObjectKind.Var:
        return newVar('package', file, pos, pkg, name, undefined)
      case ObjectKind.Func:
        return newFunc(file, pos, pkg, name, undefined)
      case ObjectKind.TypeName:
        return newTypeName(file, pos, pkg, name)
      default:
        throw malformed(0, 'has an object of no kind')
    }
  }

  imports(): Package[] {
    return this.#importPaths.flatMap(path => this.#source.package(path) ?? [])
  }

  #string(from: ByteReader): string {
    const text = this.#strings[from.number()]
    if (text === undefined) throw malformed(from.at, 'has no such string')
    return text
  }

  #list(from: ByteReader): string[] {
    return Array.from({length: from.count()}, () => this.#string(from))
  }

  #file(from: ByteReader): FileState | undefined {
    return this.#files[from.number()]
  }

  /** Gives an object of this package its type. */
  resolve(obj: GoObject): void {
    if (obj.type !== undefined) return
    obj.decl ??= this.#source.declaration(obj)
    const method = this.#methods.get(obj)
    const place = this.#places.get(obj)
    if (method !== undefined) obj.type = this.#type(method)
    else if (place !== undefined) this.#object(obj, new ByteReader(this.#bytes, place))
    obj.type ??= invalidType
  }

  #object(obj: GoObject, from: ByteReader): void {
    if (obj.kind === 'TypeName') return this.#typeName(obj, from)
    obj.type = this.#type(from.number())
    if (obj.kind === 'Const') obj.value = readValue(from)
  }

  #typeName(obj: TypeName, from: ByteReader): void {
    switch (from.byte()) {
      case DeclaredAs.named:
        obj.type = new DeclaredType(this, obj, () => this.#declaration(from))
        return
      case DeclaredAs.alias: {
        const alias = newAlias(obj, undefined)
        alias.tparams = this.#typeParams(from)
        alias.fromRHS = this.#type(from.number())
        return
      }
      default:
        obj.type = this.#type(from.number())
    }
  }

  #declaration(from: ByteReader): Declaration {
    const tparams = this.#typeParams(from)
    const right = this.#type(from.number())
    const methods: Func[] = []
    for (let left = from.count(); left > 0; left--) {
      const name = this.#string(from)
      const method = newFunc(this.#file(from), from.number() - 1, this.#pkg, name, undefined)
      method.ptrRecv = from.byte() === 1
      this.#methods.set(method, from.number())
      methods.push(method)
    }
    return {tparams, fromRHS: right, methods}
  }

  #typeParams(from: ByteReader): readonly TypeParam[] | undefined {
    const count = from.count()
    if (count === 0) return undefined
    return Array.from({length: count}, () => {
      const param = this.#type(from.number())
      if (param.kind !== 'TypeParam') throw malformed(from.at, 'has a type parameter that is none')
      return param
    })
  }

  #type(number: number): Type {
    const known = this.#types[number]
    if (known !== undefined) return known
    const place = this.#typePlaces[number]
    if (place === undefined) throw malformed(0, 'has no such type')
    if (this.#open.has(number)) throw malformed(place, 'has a type made of itself')
    this.#open.add(number)
    try {
      const from = new ByteReader(this.#bytes, place)
      const tag = from.byte()
      const made = this.#identified(tag, number, from) ?? this.#plain(tag, from)
      this.#types[number] = made
      return made
    } finally {
      this.#open.delete(number)
    }
  }

  /** Types that may contain themselves are known before what they are made of is read. */
  #identified(tag: number, number: number, from: ByteReader): Type | undefined {
    switch (tag) {
      case TypeTag.struct: {
        const fields: Var[] = []
        const count = from.count()
        const tags: string[] | undefined = from.byte() === 1 ? [] : undefined
        const struct = newStruct(fields, tags)
        this.#types[number] = struct
        for (let i = 0; i < count; i++) {
          const name = this.#string(from)
          const file = this.#file(from)
          const pos = from.number() - 1
          const embedded = from.byte() === 1
          fields.push(newField(file, pos, this.#pkg, name, this.#type(from.number()), embedded))
          tags?.push(this.#string(from))
        }
        return struct
      }
      case TypeTag.signature: {
        const signature = newSignature(emptyTuple, emptyTuple, false)
        this.#types[number] = signature
        this.#signature(signature, from)
        return signature
      }
      case TypeTag.interface: {
        const face = newInterface([], [])
        this.#types[number] = face
        this.#interface(face, from)
        return face
      }
      case TypeTag.typeParam: {
        const name = this.#string(from)
        const obj = newTypeName(this.#file(from), from.number() - 1, this.#pkg, name)
        obj.parent = this.#inner
        const param = newTypeParam(obj, invalidType)
        this.#types[number] = param
        param.index = from.number() - 1
        param.bound = this.#type(from.number())
        return param
      }
      default:
        return undefined
    }
  }

  #signature(signature: Signature, from: ByteReader): void {
    const flags = from.byte()
    signature.variadic = (flags & 1) !== 0
    signature.rparams = this.#typeParams(from)
    signature.tparams = this.#typeParams(from)
    if ((flags & 2) !== 0) signature.recv = this.#variable(from)
    signature.params = this.#tuple(from)
    signature.results = this.#tuple(from)
  }

  #interface(face: Interface, from: ByteReader): void {
    face.implicit = from.byte() === 1
    const methods: Func[] = []
    for (let left = from.count(); left > 0; left--) {
      const name = this.#string(from)
      const method = newFunc(this.#file(from), from.number() - 1, this.#pkg, name, undefined)
      method.type = this.#type(from.number())
      methods.push(method)
    }
    face.methods = methods
    face.embeddeds = Array.from({length: from.count()}, () => this.#type(from.number()))
    face.complete = true
    if (methods.length === 0 && face.embeddeds.length === 0) face.tset = topSet
  }

  #tuple(from: ByteReader): Tuple {
    const count = from.count()
    return count === 0 ? emptyTuple : newTuple(Array.from({length: count}, () => this.#variable(from)))
  }

  #variable(from: ByteReader): Var {
    const kind = varKinds[from.byte()] ?? 'parameter'
    const name = this.#string(from)
    const v = newVar(kind, this.#file(from), from.number() - 1, this.#pkg, name, this.#type(from.number()))
    v.parent = this.#inner
    return v
  }

  #plain(tag: number, from: ByteReader): Type {
    switch (tag) {
      case TypeTag.basic:
        return typ(from.number() as BasicKind) // what is none is unknown
      case TypeTag.byte:
        return byteType
      case TypeTag.rune:
        return runeType
      case TypeTag.pointer:
        return newPointer(this.#type(from.number()))
      case TypeTag.slice:
        return newSlice(this.#type(from.number()))
      case TypeTag.array: {
        const length = from.number() - 1
        return newArray(this.#type(from.number()), length)
      }
      case TypeTag.map: {
        const key = this.#type(from.number())
        return newMap(key, this.#type(from.number()))
      }
      case TypeTag.chan: {
        const direction = chanDirections[from.byte()] ?? 'both'
        return newChan(direction, this.#type(from.number()))
      }
      case TypeTag.union:
        return newUnion(Array.from({length: from.count()}, (): Term => ({tilde: from.byte() === 1, type: this.#type(from.number())})))
      case TypeTag.declared: {
        const path = from.number()
        return this.#declared(path, this.#string(from))
      }
      case TypeTag.universe:
        return objectType(universeScope.elems?.get(this.#string(from)) ?? universeAny)
      case TypeTag.anyInterface:
        return unalias(objectType(universeAny))
      case TypeTag.instance: {
        const orig = this.#type(from.number())
        if (orig.kind !== 'Named' && orig.kind !== 'Alias') throw malformed(from.at, 'has an instance of no generic type')
        const targs = Array.from({length: from.count()}, () => this.#type(from.number()))
        return instantiate(this, orig, targs)
      }
      default:
        throw malformed(from.at, 'has a type of no kind')
    }
  }

  #declared(packageNumber: number, name: string): Type {
    const path = packageNumber === 0 ? undefined : this.#packages[packageNumber - 1]
    const pkg = packageNumber === 0 ? this.#pkg : path === undefined ? undefined : this.#source.package(path)
    if (pkg === undefined) throw malformed(0, `names package ${path ?? '?'}, which is not there`)
    loadPackage(pkg)
    const obj = pkg.scope.elems?.get(name)
    if (obj === undefined) throw malformed(0, `names ${path ?? ''}.${name}, which is not there`)
    return objectType(obj)
  }
}

function stringsOf(from: ByteReader): string[] {
  const lengths = Array.from({length: from.count()}, () => from.number())
  const all = new TextDecoder().decode(from.raw(from.count()))
  let at = 0
  return lengths.map(length => {
    at += length
    return all.slice(at - length, at)
  })
}
