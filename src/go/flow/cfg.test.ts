import {describe, expect, test} from 'vitest'
import {forEachChild, type FuncDecl, type Node} from '../syntax/ast.ts'
import {parseFile} from '../syntax/parse.ts'
import {buildCfg, type EndOfCall} from './cfg-builder.ts'
import {isLive, positionOf, type Cfg} from './cfg.ts'
import {dominators, postDominators} from './dominators.ts'
import {pathWithout} from './paths.ts'

interface Parsed {
  readonly cfg: Cfg
  /** The statement-like node with this text. */
  find(text: string): Node
  text(node: Node): string
}

const exits: EndOfCall = call => {
  if (call.fun.kind === 'Ident' && call.fun.name === 'panic') return 'unwinds'
  return call.fun.kind === 'Ident' && call.fun.name === 'exit' ? 'exits' : 'returns'
}

function parsed(body: string): Parsed {
  const source = `package p\nfunc f(a, b, c bool, xs []int, ch chan int) (err error) {\n${body}\n}\n`
  const decl = parseFile(new TextEncoder().encode(source)).file.decls[0] as FuncDecl // the one function above
  if (decl.body === undefined) throw new Error('no body')
  const cfg = buildCfg(decl.body, exits)
  const text = (node: Node) => source.slice(node.pos, node.end)
  return {
    cfg,
    text,
    find(wanted) {
      let found: Node | undefined
      const look = (node: Node) => {
        if (found === undefined && text(node) === wanted) found = node
        forEachChild(node, look)
      }
      if (decl.body !== undefined) look(decl.body)
      if (found === undefined) throw new Error(`no ${wanted}`)
      return found
    },
  }
}

/** What is evaluated on the shortest way to a return that does not call `avoid()`. */
function way(body: string, avoid: string, from?: string): string[] | undefined {
  const {cfg, text, find} = parsed(body)
  const path = pathWithout(
    cfg,
    from === undefined ? undefined : find(from),
    'return',
    (part, when) => when !== 'goroutine' && text(part) === `${avoid}()`,
  )
  return path?.nodes.map(text)
}

describe('short circuits', () => {
  test('the right side of && is passed only when the left side holds', () => {
    expect(way('if a && g() { h() }\nk()', 'g')).toEqual(['a', 'k()'])
    expect(way('if a || g() { h() }\nk()', 'g')).toEqual(['a', 'h()', 'k()'])
    expect(way('if !(a || b) && g() { return nil }\nk()', 'k')).toEqual(['a', 'b', 'g()', 'return nil'])
  })

  test('an operand in a statement has a block of its own and is not counted in the statement again', () => {
    expect(way('x := a && g()\nk(x)', 'g')).toEqual(['a', 'x := a && g()', 'k(x)'])
    expect(way('x := g() && a\nk(x)', 'g')).toBeUndefined()
  })
})

describe('ends', () => {
  test('after a return, a panic, an exit, an endless loop and an empty select nothing is live', () => {
    for (const end of ['return nil', 'panic(1)', 'exit()', 'for { g() }', 'select {}', 'L: goto L']) {
      const {cfg, find} = parsed(`${end}\nk()`)
      expect(isLive(cfg, find('k()')), end).toBe('no')
    }
  })

  test('a panic runs what was deferred and returns only if that may recover', () => {
    expect(parsed('panic(1)').cfg).toMatchObject({mayReturn: false, recovers: 'no'})
    expect(parsed('defer g()\npanic(1)').cfg).toMatchObject({mayReturn: true, recovers: 'unknown'})
    expect(parsed('defer func() { k() }()\npanic(1)').cfg.recovers).toBe('no')
    expect(parsed('defer func() { recover() }()\npanic(1)').cfg.recovers).toBe('yes')
  })

  test('a deferred call is passed where it is deferred, also inside a literal', () => {
    expect(way('defer unlock()\nif a { return nil }\nk()', 'unlock')).toBeUndefined()
    expect(way('defer func() { unlock() }()\nif a { return nil }\nk()', 'unlock')).toBeUndefined()
    expect(way('if a { return nil }\ndefer unlock()\nk()', 'unlock')).toEqual(['a', 'return nil'])
    expect(way('go unlock()', 'unlock')).toEqual(['go unlock()'])
  })
})

describe('statements', () => {
  test('fallthrough leads into the next body, and a default runs when no case fits, wherever it stands', () => {
    expect(way('switch { default: g()\ncase a: fallthrough\ncase b: h() }', 'h')).toEqual(['a', 'b', 'g()'])
    expect(way('switch { case a: fallthrough\ncase b: h()\ndefault: h() }', 'h')).toBeUndefined()
  })

  test('a select without default waits for one of its clauses', () => {
    expect(way('select { case <-ch: g()\ncase ch <- 1: g() }', 'g')).toBeUndefined()
    expect(way('select { case <-ch: g()\ndefault: }', 'g')).toEqual([])
  })

  test('labels are the targets of goto, break and continue, forwards and backwards', () => {
    expect(way('L: for { for { break L } }', 'k')).toEqual([])
    expect(way('L: for a { for { continue L } }\nk()', 'h')).toEqual(['a', 'k()'])
    expect(way('goto E\ng()\nE: k()', 'h')).toEqual(['k()'])
  })

  test('a loop over a range may not run at all', () => {
    expect(way('for _, x := range xs { g(); _ = x }\nk()', 'g')).toEqual(['xs', 'k()'])
    expect(way('for { g(); if a { break } }\nk()', 'g')).toBeUndefined()
  })

  test('a path starts behind the node it starts from', () => {
    expect(way('lock()\nif a { return nil }\nunlock()', 'unlock', 'lock()')).toEqual(['a', 'return nil'])
    expect(way('lock()\nif a { unlock(); return nil }\nunlock()', 'unlock', 'lock()')).toBeUndefined()
  })

  test('a path in a loop may come round to its start again', () => {
    const {cfg, find, text} = parsed('for a { lock() }')
    expect(pathWithout(cfg, find('lock()'), find('lock()'), () => false)?.nodes.map(text)).toEqual(['a', 'lock()'])
    expect(pathWithout(cfg, find('lock()'), find('lock()'), part => text(part) === 'a')).toBeUndefined()
  })
})

test('dominators: a condition dominates both arms, an arm dominates nothing behind the join', () => {
  const {cfg, find} = parsed('g()\nif a { h() } else { k() }\nm()')
  const block = (text: string) => {
    const position = positionOf(cfg, find(text))
    if (position === undefined) throw new Error(text)
    return position.block
  }
  const [d, p] = [dominators(cfg), postDominators(cfg)]
  expect([d.dominates(block('g()'), block('h()')), d.dominates(block('g()'), block('m()'))]).toEqual([true, true])
  expect([d.dominates(block('h()'), block('m()')), d.dominates(block('m()'), block('g()'))]).toEqual([false, false])
  expect([p.dominates(block('m()'), block('g()')), p.dominates(block('h()'), block('g()'))]).toEqual([true, false])
  expect(d.immediate(block('m()'))).toBe(block('g()'))
})

test('chains of else-if and && of generated code become as many blocks, one level deep', () => {
  expect(parsed(`if a { g() }${' else if b { h() }'.repeat(500)}`).cfg.blocks.length).toBeGreaterThan(1000)
  expect(parsed(`if ${'a && '.repeat(2000)}b { g() }`).cfg.blocks.length).toBeGreaterThan(2000)
})
