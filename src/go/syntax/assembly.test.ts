import fc from 'fast-check'
import {expect, test} from 'vitest'
import {jumpsOf, parseAssembly} from './assembly.ts'

const source = `// Copyright
#include "textflag.h"
#define LOOP(x) \\
	ADDQ x, AX; \\
	JMP loop

// func Sum(p *byte, n int) int
TEXT ·Sum(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI /* start: */
	XORL AX, AX; XORL BX, BX
loop:
	CMPQ BX, n+8(FP)
	JGE done // loop:
	MOVBLZX (SI)(BX*1), CX
	INCQ BX
	JMP loop
done: MOVQ AX, ret+16(FP)
	JMP 2(PC)
	JMP -1(PC)
	RET

TEXT runtime·memmove<ABIInternal>(SB), NOSPLIT, $0
	CBZ R1, done
	B runtime·other(SB)
done:
	RET
DATA ·table+0(SB)/8, $1
GLOBL ·table(SB), RODATA, $8
`

test('functions, labels and jumps are found, comments and macros are not', () => {
  const [sum, move] = parseAssembly(source)
  expect([sum?.symbol, sum?.line, move?.symbol, move?.line]).toEqual(['·Sum', 8, 'runtime·memmove', 22])
  expect([...(sum?.labels ?? [])]).toEqual([
    ['loop', 3],
    ['done', 8],
  ])
  expect(sum?.instructions.map(({mnemonic, operands}) => [mnemonic, ...operands].join(' '))).toContain('MOVBLZX (SI)(BX*1) CX')
  const jumps = (index: 0 | 1) =>
    jumpsOf([sum, move][index]!).map(({from, to, backward}) => `${from.mnemonic} ${from.line} ${to} ${backward}`)
  expect(jumps(0)).toEqual(['JGE 13 8 false', 'JMP 16 3 true', 'JMP 18 11 false', 'JMP 19 9 true'])
  expect(jumps(1)).toEqual(['CBZ 23 2 false'])
})

test('positions are where the statement stands', () => {
  for (const {instructions} of parseAssembly(source))
    for (const {pos, mnemonic} of instructions) expect(source.startsWith(mnemonic, pos)).toBe(true)
})

test('any text is lexed', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('TEXT ·f(SB)', '\n', ';', 'a:', '/*', '*/', '//', '#', '"', "'", '(', ')', '[', ',', 'JMP a', '\\'),
      }),
      text => void parseAssembly(text).map(jumpsOf),
    ),
  )
})
