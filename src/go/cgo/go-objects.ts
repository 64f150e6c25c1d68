// What `C.name` is to the type checker: the declarations cgo writes into _cgo_gotypes.go (cmd/cgo out.go writeDefs, gcc.go recordTypes and prepareNames),
// as go/types finds them with go115UsesCgo (call.go selector). A name of which something is not certain has no object, and stays unknown.
import {makeFromLiteral, makeInt, makeString, unaryOp, type Value} from '../types/constant/constant.ts'
import {
  newConst,
  newField,
  newFunc,
  newPackage,
  newParam,
  newTypeName,
  newVar,
  type GoObject,
  type Package,
  type TypeName,
} from '../types/objects.ts'
import {
  byteType,
  newAlias,
  newArray,
  newNamed,
  newPointer,
  newSignature,
  newSlice,
  newStruct,
  newTuple,
  stringType,
  Typ,
  typ,
  BasicKind,
  unknownType,
  unsafePointerType,
  untypedInt,
  type Basic,
  type Named,
  type Type,
} from '../types/types.ts'
import type {CName, CNames} from './c-names.ts'
import type {CFunctionType, CRecord, CType} from './c-type.ts'
import {goDeclaration, goSignature, goTypeOf, type GoDeclaration, type GoField, type GoType} from './go-view.ts'
import type {CPlatform} from './platform.ts'

/** Typedefs of typedefs are followed no further. */
const aliasesMax = 1000
const untypedRune = typ(BasicKind.UntypedRune)
const untypedFloat = typ(BasicKind.UntypedFloat)
const untypedString = typ(BasicKind.UntypedString)
const basics: ReadonlyMap<string, Basic> = new Map([...Typ, byteType].map(type => [type.name, type]))

/** `pkg` is the package that imports "C", `c` what it imports. */
export function cgoObjects(names: CNames, platform: CPlatform, pkg: Package, c: Package): (name: string) => GoObject | undefined {
  const objects = new CgoObjects(names, platform, pkg, c)
  return name => objects.member(name)
}

type HelperType = 'string' | '[]byte' | 'unsafe.Pointer' | '*char' | 'int' | 'size_t'
interface Helper {
  readonly params: readonly (readonly [name: string, type: HelperType])[]
  readonly result: HelperType
}
const helper = (result: HelperType, ...params: Helper['params']): Helper => ({params, result})
const helpers: ReadonlyMap<string, Helper> = new Map([
  ['CString', helper('*char', ['s', 'string'])],
  ['CBytes', helper('unsafe.Pointer', ['b', '[]byte'])],
  ['GoString', helper('string', ['p', '*char'])],
  ['GoStringN', helper('string', ['p', '*char'], ['l', 'int'])],
  ['GoBytes', helper('[]byte', ['p', 'unsafe.Pointer'], ['l', 'int'])],
  ['malloc', helper('unsafe.Pointer', ['n', 'size_t'])],
])

interface NamedGoType {
  readonly name: string
  readonly type: CType
}

class CgoObjects {
  readonly #names: CNames
  readonly #platform: CPlatform
  readonly #pkg: Package
  readonly #c: Package
  readonly #members = new Map<string, GoObject | undefined>()
  /** Declared types by name; records without a name by themselves. */
  readonly #types = new Map<string | CRecord, TypeName | undefined>()
  /** Declared types whose right side is still to be made: types of C refer to each other in circles. */
  readonly #open: {readonly named: Named; readonly declared: GoType}[] = []

  constructor(names: CNames, platform: CPlatform, pkg: Package, c: Package) {
    this.#names = names
    this.#platform = platform
    this.#pkg = pkg
    this.#c = c
  }

  member(name: string): GoObject | undefined {
    if (this.#members.has(name)) return this.#members.get(name)
    const made = this.#helper(name) ?? this.#made(name, this.#names.lookup(name))
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop())
      next.named.fromRHS = this.#type(next.declared) ?? unknownType
    this.#members.set(name, made)
    return made
  }

  /** Functions that cgo brings (out.go goProlog, cMallocDefGo). */
  #helper(name: string): GoObject | undefined {
    const declared = helpers.get(name)
    if (declared === undefined) return undefined
    const type = (word: HelperType): Type => {
      switch (word) {
        case 'string':
          return stringType
        case '[]byte':
          return newSlice(byteType)
        case 'unsafe.Pointer':
          return unsafePointerType
        case '*char':
          return newPointer(this.#typeNamed('char'))
        default:
          return this.#typeNamed(word)
      }
    }
    const params = declared.params.map(([param, word]): [string, Type] => [param, type(word)])
    return this.#func(`_Cfunc_${name === 'malloc' ? '_CMalloc' : name}`, params, type(declared.result), '')
  }

  #typeNamed(name: string): Type {
    const found = this.#names.lookup(name)
    return (found.kind === 'type' ? this.#typeName(name, found.type)?.type : undefined) ?? unknownType
  }

  #made(name: string, found: CName): GoObject | undefined {
    switch (found.kind) {
      case 'type':
        return this.#typeName(name, found.type)
      case 'function':
        return found.declaration.type.variadic ? undefined : this.#function(name, found.declaration.type)
      case 'variable':
      case 'expression': {
        const type = this.#type(goTypeOf(found.type, this.#platform))
        if (type === undefined) return undefined
        const isMacro = found.kind === 'expression' || this.#names.units.some(unit => unit.source.macros.has(name))
        return isMacro
          ? this.#func(`_Cmacro_${name}`, [], type)
          : newVar('package', undefined, -1, this.#c, `_Cvar_${name}`, newPointer(type))
      }
      case 'integer':
        if (found.isRune === 'unknown') return undefined
        return this.#constant(`_Ciconst_${name}`, found.isRune === 'yes' ? untypedRune : untypedInt, makeInt(found.value))
      case 'float':
        return this.#constant(`_Cfconst_${name}`, untypedFloat, floatOf(found.text))
      case 'string':
        return this.#constant(`_Csconst_${name}`, untypedString, makeString(found.value))
      default:
        return undefined
    }
  }

  #constant = (name: string, type: Basic, value: Value): GoObject | undefined =>
    value.kind === 'unknown' ? undefined : newConst(undefined, -1, this.#c, name, type, value)

  #function(name: string, type: CFunctionType): GoObject {
    const {params, result} = goSignature(type, this.#platform)
    return this.#func(
      `_Cfunc_${name}`,
      params.map((param, i): [string, Type] => [`p${i}`, this.#type(param.type) ?? unknownType]),
      this.#type(result) ?? unknownType,
    )
  }

  #func(name: string, params: readonly (readonly [name: string, type: Type])[], result: Type, resultName = 'r1'): GoObject {
    const results = newTuple([newVar('result', undefined, -1, this.#pkg, resultName, result)])
    const signature = newSignature(newTuple(params.map(([param, type]) => newParam(type, param))), results, false)
    return newFunc(undefined, -1, this.#c, name, signature)
  }

  /** What `C.name` means as a type: the declared type itself, or what a macro or the tag of an enum stands for. */
  #typeName(name: string, type: CType): TypeName | undefined {
    const meant = goTypeOf(type, this.#platform)
    if (meant.kind === 'name' && meant.name === name) return this.#declared(meant)
    if (name.startsWith('_Go')) return undefined // strings and byte slices of Go, which need no name
    const made = this.#types.get(name)
    if (made !== undefined) return made
    const behind = this.#type(meant)
    if (behind === undefined) return undefined
    const declared = meant.kind === 'name' || /^(?:enum|union)_/.test(name) ? this.#alias(name, behind) : this.#named(name, meant)
    this.#types.set(name, declared)
    return declared
  }

  /** `type _Ctype_name …`; undefined when what stands there is not known. */
  #declared(type: NamedGoType): TypeName | undefined {
    const aliases: {readonly key: string | CRecord; readonly name: string}[] = []
    let made: TypeName | undefined
    for (let at = type; aliases.length < aliasesMax;) {
      const key = keyOf(at)
      if (this.#types.has(key)) {
        made = this.#types.get(key)
        break
      }
      const declaration = goDeclaration(at.name, this.#wholeType(at.type), this.#platform)
      if (declaration.alias && declaration.type.kind === 'name') {
        aliases.push({key, name: at.name})
        at = declaration.type
        continue
      }
      made = this.#last(at, declaration)
      this.#types.set(key, made)
      break
    }
    for (const {key, name} of aliases.toReversed()) {
      made = made?.type === undefined ? undefined : this.#alias(name, made.type)
      this.#types.set(key, made)
    }
    return made
  }

  #last({name, type}: NamedGoType, declaration: GoDeclaration): TypeName | undefined {
    if (declaration.alias) {
      const behind = this.#type(declaration.type)
      return behind === undefined ? undefined : this.#alias(name, behind)
    }
    // A struct has its name whatever is in it.
    if (declaration.type.kind === 'unknown' && type.kind !== 'record') return undefined
    return this.#named(name, declaration.type)
  }

  #alias(name: string, behind: Type): TypeName {
    const obj = this.#newTypeName(name)
    newAlias(obj, behind)
    return obj
  }

  #named(name: string, declared: GoType): TypeName {
    const obj = this.#newTypeName(name)
    const named = newNamed(undefined, obj, undefined)
    named.finite = true
    this.#open.push({named, declared})
    return obj
  }

  #newTypeName = (name: string): TypeName => newTypeName(undefined, -1, this.#pkg, `_Ctype_${name}`)

  /** cgo has one declaration of a struct in a package: the one with its fields, in whichever file's preamble it stands. */
  #wholeType(type: CType): CType {
    if (type.kind !== 'record' || type.record.tag === undefined) return type
    const key = `${type.record.kind} ${type.record.tag}`
    const all = this.#names.units.flatMap(unit => unit.declarations.records.get(key) ?? [])
    const record = all.find(one => one.fields !== undefined && !one.uncertain) ?? all.find(one => one.uncertain)
    return record === undefined ? type : {kind: 'record', record}
  }

  #type(type: GoType): Type | undefined {
    switch (type.kind) {
      case 'basic':
        return type.name === '[]byte' ? newSlice(byteType) : basics.get(type.name)
      case 'name':
        // A union is an array of bytes wherever it is used; its name is an alias that nothing refers to (loadType, "union").
        if (type.type.kind === 'record' && type.type.record.kind === 'union')
          return this.#type(goDeclaration(type.name, this.#wholeType(type.type), this.#platform).type)
        return this.#declared(type)?.type
      case 'pointer': {
        const base = this.#type(type.to)
        return base === undefined ? undefined : newPointer(base)
      }
      case 'array': {
        const elem = this.#type(type.of)
        return elem === undefined ? undefined : newArray(elem, type.length)
      }
      case 'unsafePointer':
        return unsafePointerType
      case 'struct':
        return newStruct(
          type.fields.map(field => this.#field(field)),
          undefined,
        )
      case 'incomplete':
        return incomplete
      default:
        return undefined
    }
  }

  #field = ({name, type}: GoField) => newField(undefined, -1, this.#pkg, name, this.#type(type) ?? unknownType, false)
}

/** Structs without a tag are known by their first typedef, which is the same in every file that includes the header. */
const keyOf = ({name, type}: NamedGoType): string | CRecord =>
  type.kind === 'record' && type.record.tag === undefined && type.record.typedefName === undefined ? type.record : name

const floatOf = (text: string): Value =>
  text.startsWith('-') ? unaryOp('-', makeFromLiteral(text.slice(1), 'FLOAT'), 0) : makeFromLiteral(text, 'FLOAT')

/** runtime/cgo.Incomplete: `struct{ _ sys.NotInHeap }`, and NotInHeap `struct{ _ nih }` (Go 1.20 to 1.26). */
const incomplete: Type = (() => {
  const sys = newPackage('internal/runtime/sys', 'sys')
  const declare = (name: string, fields: readonly Type[]): Type => {
    const named = newNamed(undefined, newTypeName(undefined, -1, sys, name), undefined)
    named.fromRHS = newStruct(
      fields.map(type => newField(undefined, -1, sys, '_', type, false)),
      undefined,
    )
    named.finite = true
    return named
  }
  return newStruct(
    [newField(undefined, -1, newPackage('runtime/cgo', 'cgo'), '_', declare('NotInHeap', [declare('nih', [])]), false)],
    undefined,
  )
})()
