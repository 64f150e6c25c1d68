// Writes what a package declares as a declaration file (format.ts): every package-level object, and every type that one of them mentions. A package
// that is broken, or whose declarations contain members of unnamed types of other packages, has no such file: it is always read from source.
import type {FileState} from '../file-state.ts'
import {objectType, signatureOf, type Func, type GoObject, type Package, type TypeName, type Var} from '../objects.ts'
import {
  Typ,
  byteType,
  runeType,
  type Alias,
  type Named,
  type Signature,
  type Struct,
  type Interface,
  type Tuple,
  type Type,
  type TypeParam,
} from '../types.ts'
import {universeAny, universeScope} from '../universe.ts'
import {unalias} from '../underlying.ts'
import {ByteWriter} from './bytes.ts'
import {chanDirections, DeclaredAs, formatVersion, ObjectKind, TypeTag, varKinds} from './format.ts'
import {writeValue} from './values.ts'

/** Undefined when the package cannot be written. `files` are those of the package. */
export function encodeDeclarations(pkg: Package, files: readonly FileState[]): Uint8Array | undefined {
  const encoder = new Encoder(pkg, files)
  return encoder.run()
}

interface StoredObject {
  readonly obj: GoObject
  readonly kind: number
  readonly record: Uint8Array
}

class Encoder {
  readonly #pkg: Package
  readonly #files: readonly FileState[]
  readonly #fileNumbers = new Map<FileState, number>()
  readonly #strings = new Map<string, number>()
  readonly #packages = new Map<string, number>()
  readonly #numbers = new Map<Type, number>()
  /** Records of types without an identity of their own, by content. */
  readonly #byContent = new Map<string, number>()
  readonly #records: (Uint8Array | undefined)[] = []
  #refused = false

  constructor(pkg: Package, files: readonly FileState[]) {
    this.#pkg = pkg
    this.#files = files
    files.forEach((file, i) => this.#fileNumbers.set(file, i + 1))
  }

  run(): Uint8Array | undefined {
    const objects: StoredObject[] = []
    for (const obj of this.#pkg.scope.elems?.values() ?? []) {
      objectType(obj)
      const out = new ByteWriter()
      const kind = this.#object(out, obj)
      if (kind === undefined || this.#refused) return undefined
      objects.push({obj, kind, record: out.done()})
    }
    const body = new ByteWriter()
    body.number(this.#files.length)
    for (const file of this.#files) {
      body.number(file.index)
      body.number(file.version)
    }
    this.#list(
      body,
      this.#pkg.imports.map(one => one.path),
    )
    this.#list(body, [...this.#packages.keys()])
    body.number(objects.length)
    for (const {obj, kind, record} of objects) {
      body.byte(kind)
      this.#named(body, obj)
      body.number(record.length)
    }
    body.number(this.#records.length)
    for (const record of this.#records) body.number(record?.length ?? 0)
    for (const {record} of objects) body.raw(record)
    for (const record of this.#records) if (record !== undefined) body.raw(record)
    return this.#refused ? undefined : this.#withStrings(body.done())
  }

  #withStrings(body: Uint8Array): Uint8Array {
    const out = new ByteWriter()
    out.number(formatVersion)
    const texts = [...this.#strings.keys()]
    out.number(texts.length)
    for (const text of texts) out.number(text.length)
    const all = new TextEncoder().encode(texts.join(''))
    out.number(all.length)
    out.raw(all)
    out.raw(body)
    return out.done()
  }

  #string(text: string): number {
    const known = this.#strings.get(text)
    if (known !== undefined) return known
    const number = this.#strings.size
    this.#strings.set(text, number)
    if (/\p{Surrogate}/u.test(text)) this.#refused = true // would not come back from UTF-8
    return number
  }

  #list(out: ByteWriter, texts: readonly string[]): void {
    out.number(texts.length)
    for (const text of texts) out.number(this.#string(text))
  }

  /** 0 is the package itself. */
  #package(path: string): number {
    if (path === this.#pkg.path) return 0
    const known = this.#packages.get(path)
    if (known !== undefined) return known
    this.#packages.set(path, this.#packages.size + 1)
    return this.#packages.size
  }

  /** Name, file and place of an object of this package. */
  #named(out: ByteWriter, obj: GoObject): void {
    const file = obj.file === undefined ? 0 : this.#fileNumbers.get(obj.file)
    if (file === undefined || (obj.pkg !== undefined && obj.pkg !== this.#pkg)) this.#refused = true
    out.number(this.#string(obj.name))
    out.number(file ?? 0)
    out.number(obj.pos + 1)
  }

  #object(out: ByteWriter, obj: GoObject): number | undefined {
    switch (obj.kind) {
      case 'Const':
        out.number(this.#type(objectType(obj)))
        writeValue(out, obj.value)
        return ObjectKind.Const
      case 'Var':
        out.number(this.#type(objectType(obj)))
        return ObjectKind.Var
      case 'Func':
        out.number(this.#type(objectType(obj)))
        return ObjectKind.Func
      case 'TypeName':
        this.#typeName(out, obj)
        return ObjectKind.TypeName
      default:
        return undefined
    }
  }

  #typeName(out: ByteWriter, obj: TypeName): void {
    const type = objectType(obj)
    if (type.kind === 'Named' && type.obj === obj && type.inst === undefined) this.#declaredType(out, type)
    else if (type.kind === 'Alias' && type.obj === obj) this.#declaredAlias(out, type)
    else {
      out.byte(DeclaredAs.other)
      out.number(this.#type(type))
    }
  }

  #declaredType(out: ByteWriter, named: Named): void {
    out.byte(DeclaredAs.named)
    this.#typeParams(out, named.tparams)
    if (named.fromRHS === undefined) this.#refused = true
    else out.number(this.#type(named.fromRHS))
    out.number(named.methods.length)
    for (const method of named.methods) {
      const signature = signatureOf(method)
      if (signature === undefined) this.#refused = true
      this.#named(out, method)
      out.byte(method.ptrRecv ? 1 : 0)
      out.number(signature === undefined ? 0 : this.#type(signature))
    }
  }

  #declaredAlias(out: ByteWriter, alias: Alias): void {
    out.byte(DeclaredAs.alias)
    this.#typeParams(out, alias.tparams)
    if (alias.fromRHS === undefined || alias.targs !== undefined) this.#refused = true
    else out.number(this.#type(alias.fromRHS))
  }

  #typeParams(out: ByteWriter, params: readonly TypeParam[] | undefined): void {
    out.number(params?.length ?? 0)
    for (const param of params ?? []) out.number(this.#type(param))
  }

  /** The number of a type; what it is made of comes before it, but for types that may contain themselves. */
  #type(type: Type): number {
    const known = this.#numbers.get(type)
    if (known !== undefined) return known
    if (this.#refused) return 0
    switch (type.kind) {
      case 'Struct':
      case 'Signature':
      case 'Interface':
      case 'TypeParam': {
        const number = this.#records.length
        this.#records.push(undefined)
        this.#numbers.set(type, number)
        const out = new ByteWriter()
        this.#identified(out, type)
        this.#records[number] = out.done()
        return number
      }
      default: {
        const out = new ByteWriter()
        this.#plain(out, type)
        const record = out.done()
        const content = String.fromCharCode(...record)
        let number = this.#byContent.get(content)
        if (number === undefined) {
          number = this.#records.length
          this.#records.push(record)
          this.#byContent.set(content, number)
        }
        this.#numbers.set(type, number)
        return number
      }
    }
  }

  #identified(out: ByteWriter, type: Struct | Signature | Interface | TypeParam): void {
    switch (type.kind) {
      case 'Struct':
        out.byte(TypeTag.struct)
        out.number(type.fields.length)
        out.byte(type.tags === undefined ? 0 : 1)
        type.fields.forEach((field, i) => {
          this.#member(out, field)
          out.byte(field.embedded ? 1 : 0)
          out.number(this.#type(objectType(field)))
          if (type.tags !== undefined) this.#tag(out, type.tags[i] ?? '')
        })
        return
      case 'Signature':
        return this.#signature(out, type)
      case 'Interface':
        if (type === universeAny.type || type === unalias(objectType(universeAny))) return out.byte(TypeTag.anyInterface)
        out.byte(TypeTag.interface)
        out.byte(type.implicit ? 1 : 0)
        if (!type.complete) this.#refused = true
        out.number(type.methods.length)
        for (const method of type.methods) {
          this.#member(out, method)
          out.number(this.#type(signatureOf(method) ?? this.#nothing()))
        }
        out.number(type.embeddeds.length)
        for (const embedded of type.embeddeds) out.number(this.#type(embedded))
        return
      case 'TypeParam':
        out.byte(TypeTag.typeParam)
        this.#member(out, type.obj)
        out.number(type.index + 1)
        out.number(this.#type(type.bound))
    }
  }

  /** A field, method or type parameter: it must be one of this package, and no copy. */
  #member(out: ByteWriter, obj: Var | Func | TypeName): void {
    if (obj.pkg !== this.#pkg || obj.file === undefined || (obj.kind !== 'TypeName' && obj.origin !== undefined)) this.#refused = true
    this.#named(out, obj)
  }

  #nothing(): Type {
    this.#refused = true
    return Typ[0] ?? byteType
  }

  /** Tags may hold bytes that are no UTF-8: one character a byte or more, as the checker has them. */
  #tag(out: ByteWriter, tag: string): void {
    out.number(this.#string(tag))
  }

  #signature(out: ByteWriter, type: Signature): void {
    out.byte(TypeTag.signature)
    out.byte((type.variadic ? 1 : 0) | (type.recv === undefined ? 0 : 2))
    this.#typeParams(out, type.rparams)
    this.#typeParams(out, type.tparams)
    if (type.recv !== undefined) this.#variable(out, type.recv)
    this.#tuple(out, type.params)
    this.#tuple(out, type.results)
  }

  #tuple(out: ByteWriter, tuple: Tuple): void {
    out.number(tuple.vars.length)
    for (const v of tuple.vars) this.#variable(out, v)
  }

  /** Parameters of functions of other packages keep their name only. */
  #variable(out: ByteWriter, v: Var): void {
    const file = v.file === undefined || v.pkg !== this.#pkg ? undefined : this.#fileNumbers.get(v.file)
    out.byte(varKinds.indexOf(v.varKind))
    out.number(this.#string(v.name))
    out.number(file ?? 0)
    out.number(file === undefined ? 0 : v.pos + 1)
    out.number(this.#type(objectType(v)))
  }

  #plain(out: ByteWriter, type: Type): void {
    switch (type.kind) {
      case 'Basic':
        if (type === byteType) return out.byte(TypeTag.byte)
        if (type === runeType) return out.byte(TypeTag.rune)
        out.byte(TypeTag.basic)
        return out.number(type.basic)
      case 'Pointer':
        return this.#made(out, TypeTag.pointer, type.base)
      case 'Slice':
        return this.#made(out, TypeTag.slice, type.elem)
      case 'Array': {
        const elem = this.#type(type.elem)
        out.byte(TypeTag.array)
        out.number(type.len + 1)
        return out.number(elem)
      }
      case 'Map':
        return this.#made(out, TypeTag.map, type.key, type.elem)
      case 'Chan': {
        const elem = this.#type(type.elem)
        out.byte(TypeTag.chan)
        out.byte(chanDirections.indexOf(type.dir))
        return out.number(elem)
      }
      case 'Union': {
        const terms = type.terms.map(term => ({tilde: term.tilde, type: this.#type(term.type ?? this.#nothing())}))
        out.byte(TypeTag.union)
        out.number(terms.length)
        for (const term of terms) {
          out.byte(term.tilde ? 1 : 0)
          out.number(term.type)
        }
        return
      }
      case 'Named':
        return type.inst === undefined ? this.#declared(out, type.obj) : this.#instance(out, type.inst.orig, type.inst.targs)
      case 'Alias':
        return type.targs === undefined ? this.#declared(out, type.obj) : this.#instance(out, type.orig, type.targs)
      default:
        this.#refused = true
    }
  }

  #made(out: ByteWriter, tag: number, ...parts: readonly Type[]): void {
    const numbers = parts.map(part => this.#type(part))
    out.byte(tag)
    for (const number of numbers) out.number(number)
  }

  #instance(out: ByteWriter, orig: Type, targs: readonly Type[]): void {
    const [of, ...numbers] = [orig, ...targs].map(part => this.#type(part))
    out.byte(TypeTag.instance)
    out.number(of ?? 0)
    out.number(numbers.length)
    for (const number of numbers) out.number(number)
  }

  /** A package-level type by its name; others, declared in functions, cannot be told by name. */
  #declared(out: ByteWriter, obj: TypeName): void {
    const {pkg} = obj
    const scope = pkg === undefined ? universeScope : pkg.scope
    if (scope.elems?.get(obj.name) !== obj || (pkg !== undefined && pkg.fake)) {
      this.#refused = true
      return
    }
    out.byte(pkg === undefined ? TypeTag.universe : TypeTag.declared)
    if (pkg !== undefined) out.number(this.#package(pkg.path))
    out.number(this.#string(obj.name))
  }
}
