import {expect, test} from 'vitest'
import {cgoPreambles, directivesByDecl, directivesOf} from './directives.ts'
import {parseFile} from './parse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('directives are found where the toolchain takes them and go to the next declaration', () => {
  const source = bytes(`package p

//go:noinline

// words
//go:nosplit
func f() {
	//go:inside
}

var x = 1 //go:misplaced

//export g
func g() {}

//go:linkname local runtime.remote
// go:spaced
`)
  const {file} = parseFile(source)
  const directives = directivesOf(file, source)
  expect(directives.map(({name, args}) => `${name}|${args}`)).toEqual([
    'go:noinline|',
    'go:nosplit|',
    'go:inside|',
    'export|g',
    'go:linkname|local runtime.remote',
  ])
  const names = [...directivesByDecl(file, directives)].map(([decl, found]) => [decl.kind, found.map(({name}) => name)])
  expect(names).toEqual([
    ['FuncDecl', ['go:noinline', 'go:nosplit']],
    ['FuncDecl', ['export']],
  ])
})

test('a cgo preamble is the comment above import "C", with the bytes of its C', () => {
  const text = `package p

// #include <stdio.h>
// void f(void);
import "C"

/*
int g;
*/
import (
	"fmt"
	// #define é 1
	"C"
)

import "C"
`
  const source = bytes(text)
  const preambles = cgoPreambles(parseFile(source).file)
  expect(preambles.map(preamble => preamble.pieces.map(piece => piece.text))).toEqual([
    [' #include <stdio.h>', ' void f(void);'],
    [' #define é 1'],
    [],
  ])
  for (const piece of preambles.flatMap(preamble => preamble.pieces))
    expect(new TextDecoder().decode(source.subarray(piece.start, piece.end))).toBe(piece.text)
})
