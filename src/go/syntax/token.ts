// Tokens as small integers, in the order of go/token (Go 1.26, src/go/token/token.go), with their spelling and precedence.
// Integers and not strings, because the scanner and the parser switch on them for every token.

/** Plain numbers to the compiler: it would else take a token that was looked at once for unchanged after the next one is read. */
export type Token = number

export const ILLEGAL: Token = 0
export const EOF: Token = 1
export const COMMENT: Token = 2
export const IDENT: Token = 3
export const INT: Token = 4
export const FLOAT: Token = 5
export const IMAG: Token = 6
export const CHAR: Token = 7
export const STRING: Token = 8
export const ADD: Token = 9
export const SUB: Token = 10
export const MUL: Token = 11
export const QUO: Token = 12
export const REM: Token = 13
export const AND: Token = 14
export const OR: Token = 15
export const XOR: Token = 16
export const SHL: Token = 17
export const SHR: Token = 18
export const AND_NOT: Token = 19
export const ADD_ASSIGN: Token = 20
export const SUB_ASSIGN: Token = 21
export const MUL_ASSIGN: Token = 22
export const QUO_ASSIGN: Token = 23
export const REM_ASSIGN: Token = 24
export const AND_ASSIGN: Token = 25
export const OR_ASSIGN: Token = 26
export const XOR_ASSIGN: Token = 27
export const SHL_ASSIGN: Token = 28
export const SHR_ASSIGN: Token = 29
export const AND_NOT_ASSIGN: Token = 30
export const LAND: Token = 31
export const LOR: Token = 32
export const ARROW: Token = 33
export const INC: Token = 34
export const DEC: Token = 35
export const EQL: Token = 36
export const LSS: Token = 37
export const GTR: Token = 38
export const ASSIGN: Token = 39
export const NOT: Token = 40
export const NEQ: Token = 41
export const LEQ: Token = 42
export const GEQ: Token = 43
export const DEFINE: Token = 44
export const ELLIPSIS: Token = 45
export const LPAREN: Token = 46
export const LBRACK: Token = 47
export const LBRACE: Token = 48
export const COMMA: Token = 49
export const PERIOD: Token = 50
export const RPAREN: Token = 51
export const RBRACK: Token = 52
export const RBRACE: Token = 53
export const SEMICOLON: Token = 54
export const COLON: Token = 55
export const BREAK: Token = 56
export const CASE: Token = 57
export const CHAN: Token = 58
export const CONST: Token = 59
export const CONTINUE: Token = 60
export const DEFAULT: Token = 61
export const DEFER: Token = 62
export const ELSE: Token = 63
export const FALLTHROUGH: Token = 64
export const FOR: Token = 65
export const FUNC: Token = 66
export const GO: Token = 67
export const GOTO: Token = 68
export const IF: Token = 69
export const IMPORT: Token = 70
export const INTERFACE: Token = 71
export const MAP: Token = 72
export const PACKAGE: Token = 73
export const RANGE: Token = 74
export const RETURN: Token = 75
export const SELECT: Token = 76
export const STRUCT: Token = 77
export const SWITCH: Token = 78
export const TYPE: Token = 79
export const VAR: Token = 80
export const TILDE: Token = 81

/** Spelling by token; names in capitals for classes of tokens, as go/token.Token.String has them. */
export const spelling: readonly string[] = (
  'ILLEGAL EOF COMMENT IDENT INT FLOAT IMAG CHAR STRING + - * / % & | ^ << >> &^ += -= *= /= %= &= |= ^= <<= >>= &^= && || <- ++ -- == < > = ! ' +
  '!= <= >= := ... ( [ { , . ) ] } ; : break case chan const continue default defer else fallthrough for func go goto if import interface map ' +
  'package range return select struct switch type var ~'
).split(' ')

const table = (value: number, tokens: readonly Token[], into = new Uint8Array(spelling.length)) => {
  for (const token of tokens) into[token] = value
  return into
}

/** Binary precedence, 1 to 5; 0 for everything else (go/token.Token.Precedence). */
export const precedence = new Uint8Array(spelling.length)
table(1, [LOR], precedence)
table(2, [LAND], precedence)
table(3, [EQL, NEQ, LSS, LEQ, GTR, GEQ], precedence)
table(4, [ADD, SUB, OR, XOR], precedence)
table(5, [MUL, QUO, REM, SHL, SHR, AND, AND_NOT], precedence)

/** Tokens after which a newline becomes a semicolon. */
export const endsLine = table(1, [
  IDENT,
  INT,
  FLOAT,
  IMAG,
  CHAR,
  STRING,
  BREAK,
  CONTINUE,
  FALLTHROUGH,
  RETURN,
  INC,
  DEC,
  RPAREN,
  RBRACK,
  RBRACE,
])

/** Where recovery stops: src/go/parser/parser.go stmtStart, declStart, exprEnd. */
export const stmtStart = table(1, [BREAK, CONST, CONTINUE, DEFER, FALLTHROUGH, FOR, GO, GOTO, IF, RETURN, SELECT, SWITCH, TYPE, VAR])
export const declStart = table(1, [IMPORT, CONST, TYPE, VAR])
/** For the top level: a function is a good place to go on, too (go/parser itself skips it). */
export const exprEnd = table(1, [COMMA, COLON, SEMICOLON, RPAREN, RBRACK, RBRACE])

export const isLiteral = (token: Token) => token >= IDENT && token <= STRING
export const isAssignment = (token: Token) => token === ASSIGN || token === DEFINE || (token >= ADD_ASSIGN && token <= AND_NOT_ASSIGN)
export const firstKeyword = BREAK
export const lastKeyword = VAR
