// Declaration files: what is read from one is what was written, for the whole standard library; it is read no further than something asks.
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {TriageError} from '../../../base/errors.ts'
import {describeNeeding} from '../../../base/testing/needs.ts'
import {nodeHost} from '../../../host/node/node-host.ts'
import type {Loaded, LoadedPackage} from '../../load/api.ts'
import {loadPackages} from '../../load/load-packages.ts'
import {
  declarationFile,
  declarePackage,
  objectType,
  packageMember,
  signatureOf,
  typeString,
  underlying,
  type Importer,
  type Package,
} from '../api.ts'
import {loadPackage} from '../package-members.ts'
import {describePackage} from './testing/describe-package.ts'

/** Packages of a load, from source, or where `stored` gives bytes, from those. */
function declarer(loaded: Loaded, stored?: (id: string) => Uint8Array | undefined): (pkg: LoadedPackage) => Package {
  const declared = new Map<string, Package>()
  const declare = (pkg: LoadedPackage): Package => {
    const known = declared.get(pkg.id)
    if (known !== undefined) return known
    const importer: Importer = path => {
      const target = loaded.resolve(pkg, path)
      return target && declare(target)
    }
    const made = declarePackage(
      {goarch: 'amd64', goVersion: pkg.goVersion},
      pkg.importPath,
      pkg.name,
      () => pkg.files.map(file => ({path: file.path, bytes: loaded.bytes(file)})),
      importer,
      stored && {
        read: () => stored(pkg.id),
        package: path => {
          const target = loaded.package(path)
          return target && declare(target)
        },
      },
    )
    declared.set(pkg.id, made)
    return made
  }
  return declare
}

describeNeeding('go', 'declaration files', () => {
  it('of the standard library say the same as its source, object by object', async () => {
    const loaded = await loadPackages(nodeHost(), {dir: '/', patterns: ['std'], cgo: false})
    const fromSource = declarer(loaded)
    const files = new Map<string, Uint8Array>()
    const expected = new Map<string, Map<string, string>>()
    const unwritten: string[] = []
    for (const pkg of loaded.packages) {
      if (pkg.id === 'unsafe' || pkg.files.length === 0) continue
      const declared = fromSource(pkg)
      loadPackage(declared)
      const bytes = declarationFile(declared)
      if (bytes === undefined) unwritten.push(pkg.id)
      else files.set(pkg.id, bytes)
      expected.set(pkg.id, describePackage(declared))
    }
    expect(unwritten, 'broken, or with unnamed types of others').toEqual([])
    const fromFiles = declarer(loaded, id => files.get(id))
    let objects = 0
    for (const pkg of loaded.packages) {
      if (pkg.id === 'unsafe' || pkg.files.length === 0) continue
      const declared = fromFiles(pkg)
      loadPackage(declared)
      const found = describePackage(declared)
      expect([...found.keys()], pkg.id).toEqual([...(expected.get(pkg.id)?.keys() ?? [])])
      for (const [name, text] of found) expect(text, `${pkg.id}.${name}`).toBe(expected.get(pkg.id)?.get(name))
      expect(declared.imports.map(one => one.path)).toEqual(fromSource(pkg).imports.map(one => one.path))
      objects += found.size
    }
    expect(objects).toBeGreaterThan(20_000)
  }, 120_000)
})

const source = `package p

import "example.com/q"

type List[T any] struct { next *List[T]; value T \`json:"x"\` }
func (l *List[T]) Push(v T) *List[T] { return nil }
type Set[K comparable] = map[K]struct{}
type Number interface{ ~int | ~float64; String() string }
const Big, Third, Name, Complex = 1 << 200, 1 / 3.0, "a\\xffb", 2i
var V, W = q.New(), List[q.T]{}
func F[N Number, S ~[]N](n N, more ...S) (r N, err error) { return }
type Tree struct { *Tree; q.T; left, right *Tree }
func (Tree) M(interface{ M() Tree }) {}
`

/** The package of `source`, from source or from its declaration file, and how often its source was read. */
function open(bytes?: Uint8Array): {readonly pkg: Package; readonly reads: () => number} {
  let reads = 0
  const encoder = new TextEncoder()
  const q = declarePackage(
    {},
    'example.com/q',
    'q',
    () => [{path: 'q.go', bytes: encoder.encode('package q\ntype T struct{ n int }\nfunc New() *T')}],
    () => undefined,
  )
  const importer = (path: string) => (path === 'example.com/q' ? q : undefined)
  const files = () => {
    reads++
    return [{path: 'p.go', bytes: encoder.encode(source)}]
  }
  const pkg = declarePackage({}, 'example.com/p', 'p', files, importer, bytes && {read: () => bytes, package: importer})
  loadPackage(pkg)
  return {pkg, reads: () => reads}
}
const written = (): Uint8Array => declarationFile(open().pkg) ?? new Uint8Array()

describe('a declaration file', () => {
  it('gives what the source gives, without reading it', () => {
    const {pkg, reads} = open(written())
    expect(typeString(objectType(packageMember(pkg, 'V')!))).toBe('*example.com/q.T')
    expect(typeString(underlying(objectType(packageMember(pkg, 'Tree')!)))).toContain('left *example.com/p.Tree')
    const [name] = [packageMember(pkg, 'Name')]
    expect(name?.kind === 'Const' && name.value).toEqual({kind: 'string', value: 'a\xffb'})
    expect(reads()).toBe(0)
    expect(describePackage(pkg)).toEqual(describePackage(open().pkg))
  })

  it('is read no further than something asks', () => {
    const {pkg} = open(written())
    const tree = packageMember(pkg, 'Tree')
    const list = pkg.scope.elems?.get('List')
    expect(tree?.type?.kind).toBe('Named')
    expect(list?.type, 'nobody asked for it').toBeUndefined()
    const w = packageMember(pkg, 'W')
    const [field] = [underlying(objectType(w!))]
    expect(typeString(field)).toContain('value example.com/q.T')
    expect(list?.type?.kind).toBe('Named')
  })

  it('leads to syntax when something looks at it', () => {
    const {pkg, reads} = open(written())
    const f = packageMember(pkg, 'F')
    expect(f?.decl?.fdecl?.name.name).toBe('F')
    expect(f?.decl?.fdecl?.skippedBody).toBeDefined()
    expect(packageMember(pkg, 'Tree')?.decl?.tdecl?.type.kind).toBe('StructType')
    expect(f?.kind === 'Func' && signatureOf(f)?.variadic).toBe(true)
    expect(reads()).toBe(1)
  })

  it('of another version, or of nothing, is not used: the source is', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array([99]), written().subarray(0, 40)]) {
      const {pkg, reads} = open(bytes)
      expect(packageMember(pkg, 'F')?.kind).toBe('Func')
      expect(reads()).toBeGreaterThan(0)
    }
  })

  it('is not written of a broken package', () => {
    const bytes = new TextEncoder().encode('package p\nvar X = missing.Y\n')
    const pkg = declarePackage(
      {},
      'p',
      'p',
      () => [{path: 'p.go', bytes}],
      () => undefined,
    )
    loadPackage(pkg)
    expect(declarationFile(pkg)).toBeUndefined()
  })

  it('that was cut or changed where no checksum stands guard gives types or a TriageError, and nothing else', () => {
    const whole = written()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = cut ? whole.slice(0, at) : whole.slice()
        if (!cut) bytes[at] = byte
        const {pkg} = open(bytes)
        try {
          describePackage(pkg)
        } catch (error) {
          if (!(error instanceof TriageError)) throw error
        }
      }),
      {numRuns: 100},
    )
  })
})
