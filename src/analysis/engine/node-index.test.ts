import {describe, expect, test} from 'vitest'
import {forEachChild, type Node} from '../../go/syntax/ast.ts'
import {checkPackage} from '../../go/types/api.ts'
import type {CheckedFile} from './checked-package.ts'
import {nodeIndex} from './node-index.ts'

const source = `package p

// documents f
func f(xs []int) int {
	// documents nothing
	g := func(x int) int { return f(xs[x:]) + len(xs) }
	return g(f(xs)) + func() int { return g(1) }()
}

var v = f(nil)
`

function files(): CheckedFile[] {
  const bytes = new TextEncoder().encode(source)
  const {info} = checkPackage(
    {},
    'p',
    ['a.go', 'b.go'].map(path => ({path, bytes})),
    () => undefined,
  )
  return info.files.map(state => ({path: state.path, bytes, state, generated: false}))
}

function walked(root: Node, into: Node[] = []): Node[] {
  into.push(root)
  forEachChild(root, child => void walked(child, into))
  return into
}

describe('the index of nodes', () => {
  test('gives for every subtree and kind what a walk finds, in the same order', () => {
    const checked = files()
    const index = nodeIndex(checked)
    for (const {state} of checked)
      for (const root of walked(state.tree))
        for (const kind of ['CallExpr', 'Ident', 'FuncLit', 'ReturnStmt', 'GoStmt'] as const)
          expect(index.within(root, kind)).toEqual(walked(root).filter(node => node.kind === kind))
  })

  test('knows parent and file of every node, comments that document nothing among them', () => {
    const checked = files()
    const index = nodeIndex(checked)
    for (const file of checked) {
      expect(index.parent(file.state.tree)).toBeUndefined()
      for (const node of walked(file.state.tree)) {
        expect(index.fileOf(node)).toBe(file)
        forEachChild(node, child => expect(index.parent(child)).toBe(node))
      }
      for (const group of file.state.tree.comments) expect(index.fileOf(group)).toBe(file)
    }
    expect(index.all('CommentGroup')).toHaveLength(4)
  })

  test('knows nothing of nodes of other packages', () => {
    const index = nodeIndex(files())
    const [other] = files()
    expect(index.fileOf(other!.state.tree)).toBeUndefined()
    expect(index.within(other!.state.tree, 'CallExpr')).toEqual([])
    expect(index.parent(other!.state.tree.decls[0]!)).toBeUndefined()
  })
})
