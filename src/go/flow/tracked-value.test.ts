import {describe, expect, test} from 'vitest'
import {forEachChild, type CallExpr, type Node} from '../syntax/ast.ts'
import {missingRelease, track} from './tracked-value.ts'
import {typed} from './testing/typed.ts'

/** What the rule "an opened file is closed" would say of `body`. */
function opened(body: string, more = ''): string {
  const source = typed(`package p
import ("fmt"; "io"; "os")
var global *os.File
type holder struct{ f *os.File; n int }
func keep(f *os.File) { global = f }
func look(f *os.File) int { b := make([]byte, 8); n, _ := f.Read(b); return n }
func shut(f *os.File) { if f != nil { f.Close() } ; f.Close() }
func shutMaybe(f *os.File, b bool) { if b { f.Close() } }
func same(f *os.File) *os.File { return f }
var unknown func(*os.File)
func use(b bool) (err error) {
${body}
}
var _ = fmt.Println
var _ io.Reader
${more}`)
  const own = source.function('use')
  let origin: {call: CallExpr; statement: Node} | undefined
  const look = (node: Node, parent: Node) => {
    if (origin === undefined && node.kind === 'CallExpr' && source.text(node).startsWith('os.Open'))
      origin = {call: node, statement: parent}
    forEachChild(node, child => look(child, node))
  }
  look(own.body, own.body)
  if (origin === undefined) throw new Error('nothing is opened')
  const tracked = track(source, own, origin.call, origin.statement)
  if (tracked === undefined) return 'untracked'
  const missing = missingRelease(source, tracked, {
    releases: (_, effects) => effects.some(e => e.effect === 'closes' && e.fields.length === 0 && e.always),
  })
  return missing.kind === 'missing' ? `missing: ${source.text(missing.path.nodes.at(-1) ?? own.body)}` : missing.kind
}

const open = 'f, err := os.Open("x")\nif err != nil { return err }\n'

describe('a file that is not closed', () => {
  test('is missing on the way that leaves early', () => {
    expect(opened(`${open}if b { return nil }\nf.Close()\nreturn nil`)).toBe('missing: return nil')
    expect(opened(`${open}look(f)\nreturn nil`)).toBe('missing: return nil')
    expect(opened(`${open}if f == nil || b { return nil }\nf.Close()\nreturn nil`)).toBe('missing: return nil')
  })

  test('is missing when a function is given it that only reads, prints or may close it', () => {
    expect(opened(`${open}io.ReadAll(f)\nfmt.Println(f)\nreturn nil`)).toBe('missing: return nil')
    expect(opened(`${open}shutMaybe(f, b)\nreturn nil`)).toBe('missing: return nil')
    expect(opened(`${open}g := same(f)\nlook(g)\nreturn nil`)).toBe('missing: return nil')
  })
})

describe('a file of which nothing is missing', () => {
  test('is closed on every way on which it was opened', () => {
    expect(opened(`${open}f.Close()\nreturn nil`)).toBe('none')
    expect(opened(`${open}defer f.Close()\nif b { return nil }\nreturn nil`)).toBe('none')
    expect(opened(`${open}defer func() { _ = f.Close() }()\nreturn nil`)).toBe('none')
    expect(opened(`${open}shut(f)\nreturn nil`)).toBe('none')
    expect(opened(`${open}g := same(f)\ng.Close()\nreturn nil`)).toBe('none')
    expect(opened('f, err := os.Open("x")\nif err == nil { f.Close() }\nreturn err')).toBe('none')
    expect(opened(`${open}if b { os.Exit(1) } else { panic(f) }\nreturn nil`)).toBe('none')
  })

  test('has escaped into the unknown', () => {
    expect(opened(`${open}unknown(f)\nreturn nil`)).toBe('none')
    expect(opened(`${open}keep(f)\nreturn nil`)).toBe('none')
    expect(opened(`${open}h := &holder{f: f}\n_ = h\nreturn nil`)).toBe('none')
    expect(opened(`${open}var h holder\nh.f = f\nreturn nil`)).toBe('none')
    expect(opened(`${open}go look(f)\nreturn nil`)).toBe('none')
    expect(opened(`${open}var c io.Closer = f\nundeclared(c)\nreturn nil`)).toBe('none')
    expect(opened(`${open}method := f.Close\n_ = method\nreturn nil`)).toBe('none')
    expect(opened('var e error\nglobal, e = os.Open("x")\nreturn e')).toBe('untracked')
  })

  test('is held by a literal that runs elsewhere: nothing is said, wherever that stands', () => {
    expect(opened(`var f *os.File\ndone := func() { f.Close() }\nf, err = os.Open("x")\ndone()\nreturn err`)).toBe('captured')
  })
})

test('what escapes on one way is still missing on the other', () => {
  expect(opened(`${open}if b { keep(f) }\nreturn nil`)).toBe('missing: return nil')
})
