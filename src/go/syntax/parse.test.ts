// Small files with the tree they must give. What go/parser says of them is compared in tools/conformance where Go is installed.
import {describe, expect, test} from 'vitest'
import type {File, FuncDecl, GenDecl, Node, TypeSpec} from './ast.ts'
import {preorder} from './digest.ts'
import {parseBody} from './parse-body.ts'
import {parseFile} from './parse.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const parse = (text: string) => parseFile(utf8(text))
const firstError = (text: string) => {
  const error = parse(text).errors[0]
  return error && `${error.line}:${error.column}: ${error.message}`
}

/** `Kind start-end` of every node. */
function shapeOf(root: Node): string[] {
  const lines: string[] = []
  preorder(root, node => lines.push(`${node.kind} ${node.pos}-${node.end}`))
  return lines
}

function all<K extends Node['kind']>(file: File, kind: K): Extract<Node, {kind: K}>[] {
  const found: Extract<Node, {kind: K}>[] = []
  preorder(file, node => {
    if (node.kind === kind) found.push(node as Extract<Node, {kind: K}>) // its kind has just been compared
  })
  return found
}

describe('trees', () => {
  test('positions and ends are those of go/ast', () => {
    expect(shapeOf(parse('package p\n\nfunc f(xs ...int) (n int) { for range 3 { n++ }; return }\n').file)).toEqual([
      'File 0-68',
      'Ident 8-9',
      'FuncDecl 11-68',
      'Ident 16-17',
      'FuncType 11-36',
      'FieldList 17-28',
      'Field 18-27',
      'Ident 18-20',
      'Ellipsis 21-27',
      'Ident 24-27',
      'FieldList 29-36',
      'Field 30-35',
      'Ident 30-31',
      'Ident 32-35',
      'BlockStmt 37-68',
      'RangeStmt 39-58',
      'BasicLit 49-50',
      'BlockStmt 51-58',
      'IncDecStmt 53-56',
      'Ident 53-54',
      'ReturnStmt 60-66',
    ])
  })

  test.each([
    ['type T[P any] struct{}', 1],
    ['type T[P *C,] struct{}', 1],
    ['type T[P *C | Q] struct{}', 0],
    ['type T[P interface{}] struct{}', 1],
    ['type T[P ~int | string, Q any] map[Q]P', 2],
    ['type T[N] int', 0],
    ['type T[N * 2] int', 0],
    ['type T[P []int] int', 1],
    ['type A[P any] = []P', 1],
  ])('%s has %i type parameters', (declaration, count) => {
    const {file, errors} = parse(`package p\n${declaration}\n`)
    const spec = (file.decls[0] as GenDecl).specs[0] as TypeSpec // the source is one type declaration
    expect([errors, spec.typeParams?.list.length ?? 0]).toEqual([[], count])
  })

  test('a receive from a channel and a receive-only channel type are told apart', () => {
    const {file} = parse('package p\nvar a = (<-chan <-chan int)(nil)\nvar b = <-c\nvar d = <-(<-chan int)(nil)\n')
    expect(all(file, 'ChanType').map(type => type.dir)).toEqual(['recv', 'recv', 'recv'])
    expect(all(file, 'UnaryExpr').map(x => x.op)).toEqual(['<-', '<-'])
  })

  test('names like __proto__ and constructor are ordinary', () => {
    const names = all(parse('package p\nvar __proto__, constructor, toString, hasOwnProperty int\n').file, 'Ident').map(ident => ident.name)
    expect(names).toEqual(['p', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'int'])
  })

  test('ids are dense and no two nodes share one', () => {
    const {file, nodeCount} = parse(
      'package p\n// doc\nfunc (t *T[K]) m(a, b int, c ...string) (int, error) { switch x := y.(type) { case int: }; return 1, nil }\n',
    )
    const ids = new Set<number>()
    let nodes = 0
    preorder(file, node => {
      ids.add(node.id)
      nodes++
    })
    expect(ids.size).toBe(nodes)
    expect(Math.max(...ids)).toBeLessThan(nodeCount)
  })

  test('literals keep their spelling, and raw strings lose carriage returns', () => {
    const literals = all(parse('package p\nvar x = []any{0x_1F, 1e3i, \'é\', "\\n", `a\r\nb`, 0b1, .5}\n').file, 'BasicLit')
    expect(literals.map(literal => `${literal.token} ${literal.value} ${literal.end - literal.pos}`)).toEqual([
      'INT 0x_1F 5',
      'IMAG 1e3i 4',
      "CHAR 'é' 4",
      'STRING "\\n" 4',
      'STRING `a\nb` 6',
      'INT 0b1 3',
      'FLOAT .5 2',
    ])
  })
})

describe('bytes', () => {
  test('offsets are bytes, also behind characters of two, three and four', () => {
    const source = 'package p // é\n/* 日本 */ var ä = "😀" + x\n'
    const {file} = parse(source)
    const bytes = utf8(source)
    for (const ident of all(file, 'Ident')) expect(new TextDecoder().decode(bytes.subarray(ident.pos, ident.end))).toBe(ident.name)
    expect(file.comments.map(group => group.list[0]?.text)).toEqual(['// é', '/* 日本 */'])
    expect(all(file, 'BasicLit')[0]?.value).toBe('"😀"')
  })

  test('a byte order mark is skipped at the start and an error elsewhere', () => {
    expect(parse('\ufeffpackage p\n').errors).toEqual([])
    expect(parse('\ufeffpackage p\n').file.pos).toBe(3)
    expect(firstError('package p\nvar \ufeffx int\n')).toBe('2:5: illegal byte order mark')
  })

  test('NUL, broken UTF-8 and UTF-16 are errors', () => {
    expect(firstError('package p // \0\n')).toBe('1:14: illegal character NUL')
    expect(parseFile(Uint8Array.from([...utf8('package p\nvar s = "'), 0xff, ...utf8('"\n')])).errors[0]?.message).toBe(
      'illegal UTF-8 encoding',
    )
    expect(parseFile(Uint8Array.from([0xff, 0xfe, 0x70, 0])).errors[0]?.message).toBe('illegal UTF-8 encoding (got UTF-16)')
  })

  test('names are cut out rightly behind broken UTF-8', () => {
    const bytes = Uint8Array.from([...utf8('package p\n// '), 0xf0, 0x9f, 0x98, 0xe2, 0x82, 0xc0, 0xff, ...utf8('\nvar größe int\n')])
    expect(all(parseFile(bytes).file, 'Ident').map(ident => ident.name)).toEqual(['p', 'größe', 'int'])
  })

  test('CRLF lines end statements and leave comments without the return', () => {
    const {file, errors, lines} = parse('package p\r\n\r\n// doc\r\nvar x int\r\n')
    expect(errors).toEqual([])
    expect([...lines]).toEqual([0, 11, 13, 21])
    expect((file.decls[0] as GenDecl).doc?.list[0]).toMatchObject({text: '// doc', pos: 13, end: 19})
  })
})

describe('comments', () => {
  test('those right above lead, those behind on the line follow, others belong to nobody', () => {
    const {file} = parse(
      '// head\n\n// doc\npackage p\n\n// lost\n\n// of x\nvar x int // behind x\n\ntype T struct {\n\t// of a\n\ta int // behind a\n}\n',
    )
    const [decl] = file.decls as GenDecl[] // the source has nothing else
    const text = (group: {list: readonly {text: string}[]} | undefined) => group?.list.map(comment => comment.text).join()
    expect(text(file.doc)).toBe('// doc')
    expect(text(decl?.doc)).toBe('// of x')
    expect(decl?.specs[0]).toMatchObject({comment: {list: [{text: '// behind x'}]}})
    expect(all(file, 'Field')[0]).toMatchObject({doc: {list: [{text: '// of a'}]}, comment: {list: [{text: '// behind a'}]}})
    expect(file.comments).toHaveLength(7)
  })

  test('they can be left out, and the version of the file is still seen', () => {
    const source = '//go:build linux && go1.21\n\npackage p // x\nvar x int // y\n'
    const without = parseFile(utf8(source), {comments: false})
    expect([without.file.comments, without.file.goVersion, without.errors]).toEqual([[], 'go1.21', []])
    expect(parse(source).file.goVersion).toBe('go1.21')
    expect(parse('package p\n//go:build go1.21\n').file.goVersion).toBeUndefined()
  })
})

describe('declarations only', () => {
  const source =
    'package p\nfunc f() int { if x { "}"; \'}\'; `}\n{` }; /* } */ // }\n return 1 }\nvar g = func() { a() }\nfunc h()\nfunc (T) m() { x := "\\"}" }\n'

  test('bodies are skipped and their range is kept', () => {
    const {file, errors, lines} = parseFile(utf8(source), {declarationsOnly: true})
    const full = parse(source)
    expect(errors).toEqual([])
    expect([...lines]).toEqual([...full.lines])
    const functions = (tree: File) => tree.decls.filter((decl): decl is FuncDecl => decl.kind === 'FuncDecl')
    for (const [i, decl] of functions(file).entries()) {
      const whole = functions(full.file)[i]
      expect([decl.body, decl.end]).toEqual([undefined, whole?.end])
      expect(decl.skippedBody).toEqual(whole?.body && {start: whole.body.pos, end: whole.body.end})
    }
    expect(all(file, 'FuncLit')[0]?.body.list).toHaveLength(1)
  })

  test('elements of composite literals are left out where they say nothing about the type', () => {
    const tables =
      'package p\nvar a = map[string]T{"}": {1}, /* } */ `}`: {2}}\nvar b = [...]T{{1, 2}, 5: {3}}\nvar c, d = &T{}, []int{\n1,\n}[0]\nvar e = T{f: func() int { return 1 }}.f() // end\n'
    const {file, errors, lines} = parseFile(utf8(tables), {declarationsOnly: true})
    const full = parse(tables)
    expect(errors).toEqual([])
    expect([...lines]).toEqual([...full.lines])
    expect(file.decls.map(decl => decl.end)).toEqual(full.file.decls.map(decl => decl.end))
    expect((file.decls[3] as GenDecl).specs[0]).toMatchObject({comment: {list: [{text: '// end'}]}})
    const spans = (tree: File) => all(tree, 'CompositeLit').map(({pos, end, lbrace, rbrace}) => [pos, end, lbrace, rbrace])
    const outer = new Set(spans(file).map(String))
    expect(
      spans(full.file)
        .map(String)
        .filter(span => outer.has(span)),
    ).toHaveLength(outer.size)
    expect(all(file, 'CompositeLit').map(({elts, skippedElts}) => [elts.length, skippedElts])).toEqual([
      [0, true], // a map
      [2, undefined], // an array that counts its elements, and those
      [0, true],
      [0, true],
      [0, true],
      [0, true],
      [0, true],
    ])
    expect(all(full.file, 'CompositeLit').every(literal => literal.skippedElts === undefined)).toBe(true)
  })

  test('a body parsed later is that of the whole file, its comments and ids included', () => {
    const text = `${source}// ü\nfunc late(x int) {\n\t// why\n\tif x > 0 { return } // done\n\tgo func() { m["ö"] = T{1, 2} }()\n}\nvar after int\n`
    const bytes = utf8(text)
    const {file, nodeCount} = parseFile(bytes, {declarationsOnly: true})
    const whole = parse(text).file
    const withBody = whole.decls.filter((decl): decl is FuncDecl => decl.kind === 'FuncDecl' && decl.body !== undefined)
    const skipped = file.decls.flatMap(decl => (decl.kind === 'FuncDecl' && decl.skippedBody !== undefined ? [decl.skippedBody] : []))
    expect(skipped).toHaveLength(withBody.length)
    for (const [i, range] of skipped.entries()) {
      const later = parseBody(bytes, range, nodeCount)
      const full = withBody[i]!.body!
      expect(later.errors).toEqual([])
      expect(later.body && shapeOf(later.body)).toEqual(shapeOf(full))
      const inside = whole.comments.filter(group => group.pos >= range.start && group.end <= range.end)
      expect(later.comments.map(group => [group.pos, group.end])).toEqual(inside.map(group => [group.pos, group.end]))
      if (later.body) preorder(later.body, node => expect(node.id >= nodeCount && node.id < later.nodeCount).toBe(true))
    }
  })

  test('a body parsed later says what is wrong with it', () => {
    const bytes = utf8('package p\nvar \0 int\nfunc f() {\n\tx := ;\n}\n')
    expect(parseBody(bytes, {start: 29, end: 40}).errors[0]).toEqual({pos: 37, message: "expected operand, found ';'"})
  })

  test('a body that does not end is an error', () => {
    expect(parseFile(utf8('package p\nfunc f() { { }\n'), {declarationsOnly: true}).errors).toHaveLength(1)
  })
})

describe('broken files', () => {
  test.each([
    ['package p\nfunc f() {\n\tx := \n}\n', "4:1: expected operand, found '}'"],
    ['package p\nvar x = f(1,\n2\n)\n', "3:2: missing ',' before newline in argument list"],
    ['package p\nfunc f()\n{\n}\n', '3:1: unexpected semicolon or newline before {'],
    ['package p\nif x {}\n', "2:1: expected declaration, found 'if'"],
    ['package p\nvar s = "abc\n', '2:9: string literal not terminated'],
    ['package p\nvar x = 08\n', "2:10: invalid digit '8' in octal literal"],
    ['package p\n/* x\n', '2:1: comment not terminated'],
    ['package p\nvar x int\nimport "y"\n', '3:1: imports must appear before other declarations'],
    ['var x int\n', "1:1: expected 'package', found 'var'"],
    ['', "1:1: expected 'package', found 'EOF'"],
  ])('%j says %s', (source, message) => {
    expect(firstError(source)).toBe(message)
  })

  test('what stands before and behind the damage is kept', () => {
    const {file, errors} = parse('package p\nfunc a() {}\nfunc b( {\n}\nvar c int\nfunc d() { return 1 }\n')
    expect(errors.length).toBeGreaterThan(0)
    const names = file.decls.flatMap(decl => (decl.kind === 'FuncDecl' ? [decl.name.name] : []))
    expect(names).toContain('a')
    expect(names).toContain('d')
  })

  test('a file that is no Go gives errors and an empty tree', () => {
    const {file, errors} = parse('#!/bin/sh\necho hello\n')
    expect(file.decls).toEqual([])
    expect(errors[0]?.line).toBe(1)
  })

  test('nesting beyond the stack is an error of the file and no crash', () => {
    const deep = 90_000
    const {errors} = parse(`package p\nvar x ${'struct{a '.repeat(deep)}int${'}'.repeat(deep)}\n`)
    expect(errors).toHaveLength(1)
  })

  test('parentheses nest as deeply as go/parser lets them', () => {
    const nested = (levels: number) => parse(`package p\nvar x = ${'('.repeat(levels)}1${')'.repeat(levels)}\n`)
    expect(nested(99_990).errors).toEqual([])
    expect(nested(100_001).errors[0]?.message).toBe('exceeded max nesting depth')
  })
})
