// What a gin application registers, read from syntax: routers, their middleware in order, routes, and the keys of *gin.Context that each handler
// sets and reads. Follows github.com/gin-gonic/gin v1.12 routergroup.go: a group or a route takes the handlers of its router as they are at
// that moment (combineHandlers), so a Use that comes later does not reach it. What is not followed is said to be unknown, never guessed.
import type {CallExpr, Expr, File, FuncDecl, FuncLit, Ident, Node, Stmt} from '../go/syntax/ast.ts'
import {forEachChild} from '../go/syntax/ast.ts'
import {lineOf} from '../go/syntax/lines.ts'
import {stringLiteralValue} from './gin-text.ts'

export interface GinFile {
  /** As shown to the user. */
  readonly path: string
  readonly packageName: string
  readonly file: File
  readonly lines: Int32Array | readonly number[]
  readonly text: (node: Node) => string
}

export interface GinHandler {
  readonly name: string
  /** `path:line` of the registration. */
  readonly place: string
  /** Undefined when its body was not found. */
  readonly keys: GinKeys | undefined
  /** Registered inside an `if`, `for` or `switch`. */
  readonly conditional: boolean
}

export interface GinKeys {
  readonly sets: readonly string[]
  readonly reads: readonly string[]
  readonly aborts: boolean
}

export interface GinRoute {
  readonly method: string
  readonly path: string
  readonly place: string
  /** Middleware first, the route's own handlers last. */
  readonly chain: readonly GinHandler[]
}

interface Router {
  readonly prefix: string
  readonly chain: readonly GinHandler[]
}

const ginPath = 'github.com/gin-gonic/gin'
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
/** Methods of *gin.Context that read its keys: context.go, Get and everything made of it. */
const reader =
  /^(?:Get|MustGet|GetString|GetBool|GetU?[Ii]nt(?:8|16|32|64)?(?:Slice)?|GetFloat(?:32|64)(?:Slice)?|GetTime|GetDuration|GetError(?:Slice)?|GetStringSlice|GetStringMap(?:String(?:Slice)?)?)$/
const routesMax = 2000

export function ginRoutes(files: readonly GinFile[]): readonly GinRoute[] {
  const handlers = handlersOf(files)
  const routes: GinRoute[] = []
  for (const file of files) {
    const gin = ginName(file.file)
    if (gin === undefined) continue
    for (const decl of file.file.decls) if (decl.kind === 'FuncDecl' && decl.body) new Registration(file, gin, handlers, routes).read(decl)
  }
  return routes.slice(0, routesMax)
}

const unquoted = (value: string) => stringLiteralValue(value) ?? value

function ginName(file: File): string | undefined {
  const spec = file.imports.find(({path}) => unquoted(path.value) === ginPath)
  return spec && (spec.name?.name ?? 'gin')
}

const paramOf = (gin: string, type: FuncDecl['type'], wanted: RegExp): Ident | undefined =>
  type.params.list.find(({type}) => type !== undefined && wanted.test(typeName(gin, type)))?.names[0]

/** `Context` for `*gin.Context`; empty for anything else. */
function typeName(gin: string, type: Expr): string {
  const inner = type.kind === 'StarExpr' ? type.x : type
  return inner.kind === 'SelectorExpr' && inner.x.kind === 'Ident' && inner.x.name === gin ? inner.sel.name : ''
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  forEachChild(node, child => walk(child, visit))
}

/** Keys of every function that handles a request, or makes one that does, by `package.name`. */
function handlersOf(files: readonly GinFile[]): ReadonlyMap<string, GinKeys> {
  const found = new Map<string, GinKeys>()
  for (const {file, packageName, text} of files) {
    const gin = ginName(file)
    if (gin === undefined) continue
    for (const decl of file.decls) {
      if (decl.kind !== 'FuncDecl' || !decl.body) continue
      const keys = keysOf(gin, decl, text)
      if (keys) found.set(`${packageName}.${decl.name.name}`, keys)
    }
  }
  return found
}

/** Undefined for a function that sees no *gin.Context. */
function keysOf(gin: string, fun: FuncDecl | FuncLit, text: (node: Node) => string): GinKeys | undefined {
  const contexts = new Set<string>()
  const own = paramOf(gin, fun.type, /^Context$/)
  if (own) contexts.add(own.name)
  walk(fun, node => {
    if (node.kind !== 'FuncLit') return
    const param = paramOf(gin, node.type, /^Context$/)
    if (param) contexts.add(param.name)
  })
  if (contexts.size === 0) return undefined
  const [sets, reads] = [new Set<string>(), new Set<string>()]
  let aborts = false
  walk(fun, node => {
    if (node.kind !== 'CallExpr' || node.fun.kind !== 'SelectorExpr' || node.fun.x.kind !== 'Ident' || !contexts.has(node.fun.x.name))
      return
    const [key] = node.args
    const method = node.fun.sel.name
    if (method.startsWith('Abort')) aborts = true
    if (key === undefined) return
    const name = key.kind === 'BasicLit' ? unquoted(key.value) : text(key)
    if (method === 'Set') sets.add(name)
    else if (reader.test(method)) reads.add(name)
  })
  return {sets: [...sets], reads: [...reads], aborts}
}

/** One function that registers: its statements in order, routers by the name of their variable. */
class Registration {
  readonly #file: GinFile
  readonly #gin: string
  readonly #handlers: ReadonlyMap<string, GinKeys>
  readonly #routes: GinRoute[]
  readonly #routers = new Map<string, Router>()

  constructor(file: GinFile, gin: string, handlers: ReadonlyMap<string, GinKeys>, routes: GinRoute[]) {
    this.#file = file
    this.#gin = gin
    this.#handlers = handlers
    this.#routes = routes
  }

  read(decl: FuncDecl): void {
    for (const field of decl.type.params.list)
      if (field.type !== undefined && /^(?:Engine|RouterGroup|IRouter|IRoutes)$/.test(typeName(this.#gin, field.type)))
        for (const {name} of field.names) this.#routers.set(name, {prefix: '', chain: []})
    for (const stmt of decl.body?.list ?? []) this.#statement(stmt, false)
  }

  #statement(stmt: Stmt, conditional: boolean): void {
    if (stmt.kind === 'ExprStmt') return void this.#value(stmt.x, conditional)
    if (stmt.kind === 'AssignStmt') {
      stmt.rhs.forEach((value, i) => {
        const router = this.#value(value, conditional)
        const target = stmt.lhs[i]
        if (router && target) this.#routers.set(this.#file.text(target), router)
      })
      return
    }
    if (stmt.kind === 'BlockStmt') return stmt.list.forEach(inner => this.#statement(inner, conditional))
    if (stmt.kind === 'LabeledStmt') return this.#statement(stmt.stmt, conditional)
    if (stmt.kind === 'ReturnStmt') return stmt.results.forEach(result => void this.#value(result, conditional))
    forEachChild(stmt, child => {
      if (/(?:Stmt|Clause)$/.test(child.kind)) this.#statement(child as Stmt, true) // the kinds that end so are statements
    })
  }

  /** The router an expression stands for; registers on the way. */
  #value(expr: Expr, conditional: boolean): Router | undefined {
    if (expr.kind === 'ParenExpr') return this.#value(expr.x, conditional)
    if (expr.kind === 'Ident' || (expr.kind === 'SelectorExpr' && this.#routers.has(this.#file.text(expr))))
      return this.#routers.get(this.#file.text(expr))
    if (expr.kind !== 'CallExpr' || expr.fun.kind !== 'SelectorExpr') return undefined
    const {x, sel} = expr.fun
    if (x.kind === 'Ident' && x.name === this.#gin) return this.#made(sel.name, expr)
    const router = this.#value(x, conditional)
    return router && this.#called(router, this.#file.text(x), sel.name, expr, conditional)
  }

  #made(name: string, call: CallExpr): Router | undefined {
    if (name === 'New') return {prefix: '', chain: []}
    if (name !== 'Default') return undefined
    const builtin = (own: string, aborts: boolean): GinHandler => ({
      name: `gin.${own}()`,
      place: this.#place(call),
      keys: {sets: [], reads: [], aborts},
      conditional: false,
    })
    return {prefix: '', chain: [builtin('Logger', false), builtin('Recovery', true)]}
  }

  #called(router: Router, variable: string, method: string, call: CallExpr, conditional: boolean): Router | undefined {
    const handlers = (from: number) => call.args.slice(from).map(arg => this.#handler(arg, conditional))
    const path = (i: number) => (call.args[i] ? this.#path(call.args[i]) : '')
    if (method === 'Use') {
      const used = {...router, chain: [...router.chain, ...handlers(0)]}
      if (this.#routers.has(variable)) this.#routers.set(variable, used)
      return used
    }
    if (method === 'Group') return {prefix: joined(router.prefix, path(0)), chain: [...router.chain, ...handlers(1)]}
    const route = (verb: string, at: number) =>
      this.#routes.push({
        method: verb,
        path: joined(router.prefix, path(at)),
        place: this.#place(call),
        chain: [...router.chain, ...handlers(at + 1)],
      })
    if (methods.has(method)) route(method, 0)
    else if (method === 'Any') route('ANY', 0)
    else if (method === 'Handle' || method === 'Match') route(path(0), 1)
    return router
  }

  #path(expr: Expr): string {
    return expr.kind === 'BasicLit' ? unquoted(expr.value) : `{${this.#file.text(expr)}}`
  }

  #place(node: Node): string {
    return `${this.#file.path}:${lineOf(this.#file.lines, node.pos)}`
  }

  #handler(expr: Expr, conditional: boolean): GinHandler {
    const place = this.#place(expr)
    if (expr.kind === 'FuncLit') return {name: 'func literal', place, keys: keysOf(this.#gin, expr, this.#file.text), conditional}
    const fun = expr.kind === 'CallExpr' ? expr.fun : expr
    const own =
      fun.kind === 'Ident'
        ? `${this.#file.packageName}.${fun.name}`
        : fun.kind === 'SelectorExpr'
          ? this.#selected(fun.x, fun.sel.name)
          : ''
    return {name: short(this.#file.text(expr)), place, keys: this.#handlers.get(own), conditional}
  }

  /** `auth.Required` of another package, or a method of a value: then the method of that name in this package. */
  #selected(x: Expr, name: string): string {
    const other = x.kind === 'Ident' ? `${x.name}.${name}` : ''
    return this.#handlers.has(other) ? other : `${this.#file.packageName}.${name}`
  }
}

/** gin joins the paths of groups with path.Join and keeps a trailing slash: utils.go, joinPaths. */
const joined = (prefix: string, path: string) => (path === '' ? prefix : `${prefix.replace(/\/$/, '')}/${path.replace(/^\//, '')}`)
const short = (text: string) => (text.length > 48 ? `${text.slice(0, 47)}…` : text).replace(/\s+/g, ' ')
