// Go source from a tree, without layout or comments: only so that tests can parse it again and compare. Every statement ends with a semicolon,
// and nothing is put in parentheses that is not in the tree.
import {unreachable} from '../../../base/errors.ts'
import type {Field, FieldList, File, FuncType, Node, Stmt} from '../ast.ts'

const list = (nodes: readonly Node[], separator = ', ') => nodes.map(node => print(node)).join(separator)
const optional = (node: Node | undefined, before = '', after = '') => (node === undefined ? '' : before + print(node) + after)
const block = (statements: readonly Stmt[]) => `{${statements.map(inBlock).join('')}}`
/** An implicit empty statement only stands before `}`. */
const inBlock = (stmt: Stmt) => (stmt.kind === 'EmptyStmt' ? (stmt.implicit ? '' : ';') : `${print(stmt)};\n`)
const clause = (head: string, body: readonly Stmt[]) => `${head}:\n${body.map(inBlock).join('')}`
const signature = (type: FuncType) => optional(type.typeParams) + print(type.params) + optional(type.results, ' ')

function fields({list: all, opening}: FieldList, open: string, close: string): string {
  const separator = open === '{' ? ';\n' : ', '
  return opening < 0 ? list(all, separator) : open + list(all, separator) + close
}

function fieldText({names, type, tag}: Field): string {
  const text = type?.kind === 'FuncType' && type.func < 0 ? signature(type) : optional(type, names.length > 0 ? ' ' : '')
  return list(names) + text + optional(tag, ' ')
}

/** Where `*T`, `<-chan T` or `func()` would run into what stands before or behind, the source had parentheses, and so has the tree. */
export function print(node: Node): string {
  switch (node.kind) {
    case 'Comment':
    case 'CommentGroup':
      return ''
    case 'Field':
      return fieldText(node)
    case 'FieldList':
      return fields(node, '(', ')')
    case 'BadExpr':
    case 'BadStmt':
    case 'BadDecl':
      throw new Error('only whole trees are printed')
    case 'Ident':
      return node.name
    case 'BasicLit':
      return node.value
    case 'Ellipsis':
      return `...${optional(node.elt)}`
    case 'FuncLit':
      return `${print(node.type)} ${print(node.body)}`
    case 'CompositeLit':
      return `${optional(node.type)}{${list(node.elts)}}`
    case 'ParenExpr':
      return `(${print(node.x)})`
    case 'SelectorExpr':
      return `${print(node.x)}.${print(node.sel)}`
    case 'IndexExpr':
      return `${print(node.x)}[${print(node.index)}]`
    case 'IndexListExpr':
      return `${print(node.x)}[${list(node.indices)}]`
    case 'SliceExpr':
      return `${print(node.x)}[${optional(node.low)}:${optional(node.high)}${node.slice3 ? ':' : ''}${optional(node.max)}]`
    case 'TypeAssertExpr':
      return `${print(node.x)}.(${node.type === undefined ? 'type' : print(node.type)})`
    case 'CallExpr':
      return `${print(node.fun)}(${list(node.args)}${node.ellipsis >= 0 ? ' ...' : ''})`
    case 'StarExpr':
      return `*${print(node.x)}`
    case 'UnaryExpr':
      return `${node.op} ${print(node.x)}`
    case 'BinaryExpr':
      return `${print(node.x)} ${node.op} ${print(node.y)}`
    case 'KeyValueExpr':
      return `${print(node.key)}: ${print(node.value)}`
    default:
      return printType(node)
  }
}

function printType(node: Exclude<Node, {kind: 'Ident'}>): string {
  switch (node.kind) {
    case 'ArrayType':
      return `[${optional(node.len)}]${print(node.elt)}`
    case 'StructType':
      return `struct${fields(node.fields, '{', '}')}`
    case 'FuncType':
      return `func${signature(node)}`
    case 'InterfaceType':
      return `interface${fields(node.methods, '{', '}')}`
    case 'MapType':
      return `map[${print(node.key)}]${print(node.value)}`
    case 'ChanType':
      return `${{both: 'chan', send: 'chan<-', recv: '<-chan'}[node.dir]} ${print(node.value)}`
    default:
      return printStmt(node)
  }
}

const header = (...parts: readonly string[]) => (parts.some(part => part !== '') ? parts.join('; ') : '')

function printStmt(node: Node): string {
  switch (node.kind) {
    case 'DeclStmt':
      return print(node.decl)
    case 'EmptyStmt':
      return ''
    case 'LabeledStmt':
      return `${print(node.label)}: ${node.stmt.kind === 'EmptyStmt' && !node.stmt.implicit ? '' : print(node.stmt)}`
    case 'ExprStmt':
      return print(node.x)
    case 'SendStmt':
      return `${print(node.chan)} <- ${print(node.value)}`
    case 'IncDecStmt':
      return print(node.x) + node.tok
    case 'AssignStmt':
      return `${list(node.lhs)} ${node.tok} ${list(node.rhs)}`
    case 'GoStmt':
      return `go ${print(node.call)}`
    case 'DeferStmt':
      return `defer ${print(node.call)}`
    case 'ReturnStmt':
      return `return ${list(node.results)}`
    case 'BranchStmt':
      return node.tok + optional(node.label, ' ')
    case 'BlockStmt':
      return block(node.list)
    case 'IfStmt':
      return `if ${optional(node.init, '', '; ')}${print(node.cond)} ${print(node.body)}${optional(node.else, ' else ')}`
    case 'CaseClause':
      return clause(node.isDefault ? 'default' : `case ${list(node.list)}`, node.body)
    case 'SwitchStmt':
      return `switch ${optional(node.init, '', '; ')}${optional(node.tag)} ${clauses(node.body.list)}`
    case 'TypeSwitchStmt':
      return `switch ${optional(node.init, '', '; ')}${print(node.assign)} ${clauses(node.body.list)}`
    case 'CommClause':
      return clause(node.comm === undefined ? 'default' : `case ${print(node.comm)}`, node.body)
    case 'SelectStmt':
      return `select ${clauses(node.body.list)}`
    case 'ForStmt': {
      const only = node.init === undefined && node.post === undefined
      return `for ${only ? optional(node.cond) : header(optional(node.init), optional(node.cond), optional(node.post))} ${print(node.body)}`
    }
    case 'RangeStmt':
      return `for ${optional(node.key)}${optional(node.value, ', ')} ${node.tok ?? ''} range ${print(node.x)} ${print(node.body)}`
    default:
      return printDecl(node)
  }
}

const clauses = (all: readonly Stmt[]) => `{${all.map(stmt => print(stmt)).join('')}}`

function printDecl(node: Node): string {
  switch (node.kind) {
    case 'ImportSpec':
      return optional(node.name, '', ' ') + node.path.value
    case 'ValueSpec':
      return list(node.names) + optional(node.type, ' ') + (node.values.length > 0 ? ` = ${list(node.values)}` : '')
    case 'TypeSpec':
      return `${node.name.name}${node.typeParams ? `[${typeParameters(node.typeParams)}]` : ' '}${node.assign >= 0 ? ' = ' : ' '}${print(node.type)}`
    case 'GenDecl':
      return node.lparen < 0 ? `${node.tok} ${list(node.specs)}` : `${node.tok} (${list(node.specs, ';\n')})`
    case 'FuncDecl': {
      const {typeParams, params, results} = node.type
      const type = (typeParams ? `[${typeParameters(typeParams)}]` : '') + print(params) + optional(results, ' ')
      return `func ${optional(node.recv)} ${node.name.name}${type}${optional(node.body, ' ')}`
    }
    case 'File':
      return printFile(node)
    default:
      return unreachable(node as never)
  }
}

/** The comma at the end says that a lone `P *T` is a parameter and no product. */
const typeParameters = (params: FieldList) => `${list(params.list)},`

export const printFile = (file: File): string => `package ${file.name.name};\n${file.decls.map(decl => `${print(decl)};\n`).join('')}`
