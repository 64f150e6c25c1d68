// A lexer for Go's assembly files, enough to see functions, labels and jumps: no operands are understood and no macros are expanded. Lines
// follow src/cmd/asm/internal/lex (Go 1.26): `//` and `/* */` comments, `#` lines, `;` and newlines between statements.

export interface AsmInstruction {
  readonly pos: number
  readonly line: number
  /** As written: `JMP`, `B.NE`, `MOVQ`. */
  readonly mnemonic: string
  readonly operands: readonly string[]
}

export interface AsmFunction {
  /** The symbol as written, with `·` or `∕` as they stand: `·Add`, `runtime·memmove`. */
  readonly symbol: string
  readonly pos: number
  readonly line: number
  readonly instructions: readonly AsmInstruction[]
  /** By label: the index of the instruction that follows it. */
  readonly labels: ReadonlyMap<string, number>
}

export interface AsmJump {
  readonly from: AsmInstruction
  /** Index of the instruction that is jumped to. */
  readonly to: number
  readonly backward: boolean
}

/** A file with more is generated, and a rule on loops has nothing to say about it. */
const statementsMax = 2_000_000

interface Statement {
  readonly pos: number
  readonly line: number
  readonly text: string
}

const comment = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/g
const directive = /^[ \t]*#(?:\\\r?\n|[^\n])*/gm

/** Statements, with comments and `#` lines blanked out so that offsets stay what they were. */
function* statements(text: string): Generator<Statement> {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ')
  const plain = text.replace(comment, blank).replace(directive, blank)
  let line = 1
  let counted = 0
  let count = 0
  for (const match of plain.matchAll(/[^\n;]+/g)) {
    const trimmed = match[0].trim()
    if (trimmed === '') continue
    if (++count > statementsMax) return
    const pos = match.index + match[0].indexOf(trimmed)
    for (; counted < pos; counted++) if (plain.charCodeAt(counted) === 10) line++
    yield {pos, line, text: trimmed}
  }
}

const labelPattern = /^([A-Za-z_·∕~\u0080-\uffff][\w·∕~\u0080-\uffff]*)[ \t]*:[ \t]*/

/** The functions of a file. Positions are indices into `text`: byte offsets where it holds a byte a unit (Latin-1) or is ASCII. */
export function parseAssembly(text: string): readonly AsmFunction[] {
  const functions: AsmFunction[] = []
  let instructions: AsmInstruction[] = []
  let labels = new Map<string, number>()
  for (const statement of statements(text)) {
    let {pos, text: rest} = statement
    for (let label = labelPattern.exec(rest); label !== null; label = labelPattern.exec(rest)) {
      labels.set(label[1]!, instructions.length)
      rest = rest.slice(label[0].length)
      pos += label[0].length
    }
    if (rest === '') continue
    const [mnemonic = ''] = /^\S+/.exec(rest) ?? []
    const operands = splitOperands(rest.slice(mnemonic.length))
    if (mnemonic === 'TEXT') {
      instructions = []
      labels = new Map()
      const symbol = (operands[0] ?? '').replace(/(<[^>]*>)?(\+0)?\(SB\)$/, '')
      functions.push({symbol, pos, line: statement.line, instructions, labels})
    } else if (functions.length > 0 && mnemonic !== 'DATA' && mnemonic !== 'GLOBL') {
      instructions.push({pos, line: statement.line, mnemonic, operands})
    }
  }
  return functions
}

/** At commas that stand in no bracket and no quotes. */
function splitOperands(text: string): string[] {
  const parts = text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\([^()]*\)|\[[^[\]]*\]|[^,"'([]|["'([])+/g) ?? []
  return parts.map(part => part.trim()).filter(part => part !== '')
}

/** Jumps within the function: the last operand is one of its labels or `n(PC)`. Calls and jumps to other symbols are none. */
export function jumpsOf({instructions, labels}: AsmFunction): readonly AsmJump[] {
  return instructions.flatMap((from, index) => {
    const target = from.operands.at(-1)
    if (target === undefined) return []
    const relative = /^([+-]?\d{1,9})\(PC\)$/.exec(target)
    const to = relative === null ? labels.get(target) : index + Number(relative[1])
    return to === undefined || to < 0 || to > instructions.length ? [] : [{from, to, backward: to <= index}]
  })
}
