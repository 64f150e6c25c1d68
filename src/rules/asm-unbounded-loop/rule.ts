// asm-unbounded-loop: a loop in assembly that nothing bounds. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {FactPlace} from '../../analysis/engine/pass.ts'
import {type AsmFunction, type AsmInstruction, jumpsOf, parseAssembly} from '../../go/syntax/assembly.ts'

/** Bytes of an assembly file that is read; larger ones are generated. */
const bytesMax = 4 << 20

/** Instructions that change a register or flags as a bounded loop does: counting, comparing with an end, strings with a repeat count. */
const bounds =
  /^(?:ADD|SUB|INC|DEC|LEA|CMP|TST|TEST|CB|TB|SHR|SHL|LSR|ROR|LOOP|JCXZ|BXLE|BXH|BRCT|BCT|BDN|SRL|SLL|B[LG][TE]|BNE|BEQ|BGEU|BLTU|AND|XOR|EOR)/i
/** Jumps that ask nothing: what the loop counts does not end it. */
const always = /^(?:JMP|B|J|BR)$/i
const leaves = /^(?:CALL|BL|BLR|JAL|JALR|RET|UNDEF|SYSCALL|SVC|INT|HLT|WFE|WFI|ECALL)$/i

export default defineRule({
  id: 'asm-unbounded-loop',
  title: 'A loop in assembly without a bound',
  severity: 'info',
  confidence: 0.6,
  preset: 'all',
  since: '0.1',
  sources: ['https://github.com/golang/go/blob/go1.26.0/src/runtime/preempt.go', 'https://go.dev/doc/asm'],
  messages: {
    loop: {
      what: 'the loop in {symbol} jumps back, and nothing in it leaves, calls or ends it',
      why: 'assembly is never preempted: while it loops, the collector cannot stop its processor, and once it wants to, every other goroutine waits too',
      next: 'Bound the loop and come back to Go between the parts.',
    },
  },

  run(pass) {
    for (const file of pass.package.assembly) {
      const bytes = file.bytes()
      if (bytes.length > bytesMax) continue
      const text = Buffer.from(bytes).toString('latin1')
      for (const func of parseAssembly(text)) {
        for (const {from, to, backward} of jumpsOf(func)) {
          if (!backward || leaves.test(from.mnemonic)) continue
          const body = func.instructions.slice(to, func.instructions.indexOf(from) + 1)
          if (isUnbounded(func, body, to)) pass.reportAt(placeOf(file.path, text, from), 'loop', {data: {symbol: nameOf(func)}})
        }
      }
    }
  },
})

/** Nothing between the target and the jump counts or compares for it, calls or leaves. */
function isUnbounded(func: AsmFunction, body: readonly AsmInstruction[], to: number): boolean {
  if (body.length === 0) return false
  const counted = !always.test(body.at(-1)?.mnemonic ?? '') && body.some(one => bounds.test(one.mnemonic))
  if (counted || body.some(one => leaves.test(one.mnemonic))) return false
  const outward = jumpsOf({...func, instructions: func.instructions}).some(
    jump => body.includes(jump.from) && (jump.to < to || jump.to >= to + body.length),
  )
  return !outward
}

const decoder = new TextDecoder()
const nameOf = (func: AsmFunction) => decoder.decode(Buffer.from(func.symbol, 'latin1')).replace(/^·/, '')

function placeOf(file: string, text: string, at: AsmInstruction): FactPlace {
  const lineStart = text.lastIndexOf('\n', at.pos) + 1
  const lineEnd = text.indexOf('\n', at.pos)
  const end = at.pos + at.mnemonic.length
  const column = at.pos - lineStart + 1
  return {
    file,
    start: at.pos,
    end,
    line: at.line,
    column,
    endLine: at.line,
    endColumn: column + at.mnemonic.length,
    symbol: file,
    sourceLine: text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd),
  }
}
