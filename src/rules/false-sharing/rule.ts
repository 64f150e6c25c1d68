// false-sharing: goroutines that write neighbours on one cache line, again and again. See rule.md. Left out: anything whose writing is not all that
// the loop does, for there it costs little; and lines longer than 64 B, which some machines have.
import {defineRule} from '../../analysis/engine/rule.ts'
import type {Pass} from '../../analysis/engine/pass.ts'
import {type Started, startedGoroutines} from '../../analysis/reading/goroutines.ts'
import {pointee} from '../../analysis/reading/named.ts'
import {callsIn, covers, isTestFile, loopAround, rootOf, termKey, unparen, variableOf} from '../../analysis/reading/terms.ts'
import type {CallExpr, Expr, FuncLit, Ident, IndexExpr, Node} from '../../go/syntax/ast.ts'
import type {Var} from '../../go/types/objects.ts'
import {offsetOf, sizeOf} from '../../go/types/sizes.ts'
import {underlying} from '../../go/types/underlying.ts'

/** Bytes of a cache line that every 64-bit machine of Go has at least (internal/cpu CacheLinePadSize, Go 1.26: 64 on amd64, 128 on arm64). */
const lineBytes = 64
const platforms = new Set(['amd64', 'arm64', 'loong64', 'ppc64', 'ppc64le', 'riscv64', 's390x'])
/** Two fields not further apart than this are on one line for three of four addresses that are aligned to 8 bytes. */
const apartMax = 16

type SharingPass = Pass<'elements' | 'fields'>

export default defineRule({
  id: 'false-sharing',
  title: 'Goroutines write neighbours on one cache line',
  severity: 'info',
  confidence: 0.85,
  preset: 'strict',
  since: '0.1',
  sources: [
    'https://github.com/golang/go/blob/go1.26.0/src/internal/cpu/cpu_x86.go',
    'https://pkg.go.dev/golang.org/x/sys/cpu#CacheLinePad',
  ],
  messages: {
    elements: {
      what: 'each of the goroutines writes its own {element} in a loop, and {count} elements of {size} B share a cache line of 64 B',
      why: 'a line belongs to one processor at a time when it is written: the goroutines take it from each other at every write, though they share no value; it costs time and nothing else',
      next: 'Count in a local variable and store it once behind the loop, or pad the element with cpu.CacheLinePad of golang.org/x/sys.',
    },
    fields: {
      what: '{field} is written in a loop here and {other} in a loop of another goroutine, {apart} B apart: on one cache line of 64 B, unless its end falls between them',
      why: 'a line belongs to one processor at a time when it is written: the goroutines take it from each other at every write, though they share no value; it costs time and nothing else',
      next: 'Count in local variables and store them once behind the loops, or put a cpu.CacheLinePad of golang.org/x/sys between the fields.',
    },
  },

  run(pass) {
    if (!platforms.has(pass.package.goarch)) return
    const byFunction = new Map<Node, {readonly started: Started; readonly write: Write}[]>()
    for (const started of startedGoroutines(pass)) {
      const {literal} = started
      const around = pass.enclosingFunction(started.at)
      if (literal === undefined || around === undefined || isTestFile(pass, literal)) continue
      for (const write of hotWrites(pass, literal)) {
        if (ofElement(pass, started, literal, write)) break
        byFunction.set(around, [...(byFunction.get(around) ?? []), {started, write}])
      }
    }
    for (const writes of byFunction.values()) ofFields(pass, writes)
  },
})

interface Write {
  readonly node: Node
  /** What is written: a path of names, fields and elements. */
  readonly target: Expr
}

const lockMethod = /^\(\*sync\.(?:RW)?Mutex\)\.R?Lock$/
const atomicWrite = /^\(\*sync\/atomic\.\w+\)\.(?:Store|Add|Swap|CompareAndSwap|And|Or)$/
const atomicWriteOf = /^sync\/atomic\.(?:Store|Add|Swap|CompareAndSwap|And|Or)\w+$/

/** Writes in loops of the literal that do nothing but count: no calls but those of atomics, locks and builtins, and no channels. */
function* hotWrites(pass: SharingPass, literal: FuncLit): Iterable<Write> {
  const hot = new Map<Node, boolean>()
  const inHotLoop = (node: Node) => {
    if (pass.enclosingFunction(node) !== literal) return false
    const loop = loopAround(pass, node)
    if (loop === undefined) return false
    const known = hot.get(loop) ?? onlyCounts(pass, loop)
    hot.set(loop, known)
    return known
  }
  for (const node of pass.within(literal, 'IncDecStmt')) if (inHotLoop(node)) yield {node, target: unparen(node.x)}
  for (const node of pass.within(literal, 'AssignStmt'))
    if (node.tok !== ':=' && inHotLoop(node)) for (const left of node.lhs) yield {node, target: unparen(left)}
  for (const call of pass.within(literal, 'CallExpr')) {
    const target = writtenBy(pass, call)
    if (target !== undefined && inHotLoop(call)) yield {node: call, target}
  }
}

/** `x` of `atomic.AddInt64(&x, 1)`, `x.Add(1)`, `x.Lock()`. */
function writtenBy(pass: SharingPass, call: CallExpr): Expr | undefined {
  const fun = unparen(call.fun)
  const receiver = fun.kind === 'SelectorExpr' ? unparen(fun.x) : undefined
  const name = pass.calleeName(call) ?? ''
  if (lockMethod.test(name) || atomicWrite.test(name)) return receiver
  const address = atomicWriteOf.test(name) && call.args[0] !== undefined ? unparen(call.args[0]) : undefined
  return address?.kind === 'UnaryExpr' && address.op === '&' ? unparen(address.x) : undefined
}

function onlyCounts(pass: SharingPass, loop: Node): boolean {
  const works = callsIn(pass, loop, true).some(call => {
    if (pass.isConversion(call) === 'yes' || pass.calleeOf(call)?.kind === 'Builtin') return false
    return !/^(?:sync\/atomic\.|\(\*sync\/atomic\.|\(\*sync\.(?:RW)?Mutex\)\.)/.test(pass.calleeName(call) ?? '')
  })
  const waits =
    pass.within(loop, 'SendStmt').length > 0 ||
    pass.within(loop, 'SelectStmt').length > 0 ||
    pass.within(loop, 'UnaryExpr').some(one => one.op === '<-') ||
    pass.within(loop, 'RangeStmt').some(one => {
      if (pass.constantOf(one.x) !== undefined) return false
      const type = pass.typeOf(one.x)
      return type === undefined || underlying(type).kind === 'Chan' || underlying(type).kind === 'Signature'
    })
  return !works && !waits
}

/** `counts[i]` or a field of it, with the variable of the loop that starts the goroutines as the index. */
function ofElement(pass: SharingPass, {at, call}: Started, literal: FuncLit, {node, target}: Write): boolean {
  const element = elementOf(pass, target)
  const index = element === undefined ? undefined : unparen(element.index)
  if (element === undefined || index?.kind !== 'Ident' || !isOutside(pass, element.x, literal)) return false
  const object = variableOf(pass, index)
  const loop = loopAround(pass, at)
  const passed = object === undefined ? undefined : argumentFor(pass, literal, call, object)
  const own = passed === undefined ? object : variableOf(pass, passed)
  if (own === undefined || loop === undefined || !countsWith(pass, loop, own) || waitsFor(pass, loop, at)) return false
  const elements = pass.typeOf(element)
  const size = elements === undefined ? undefined : sizeOf(pass.package.sizes, elements)
  if (size === undefined || size === 0 || size * 2 > lineBytes) return false
  const data = {element: pass.text(element), count: String(Math.floor(lineBytes / size)), size: String(size)}
  pass.report(node, 'elements', {data, related: [{node: at, label: 'each round starts one'}]})
  return true
}

/** The innermost element of a slice or array that the path goes through, without a pointer behind it. */
function elementOf(pass: SharingPass, target: Expr): IndexExpr | undefined {
  let at = unparen(target)
  while (at.kind === 'SelectorExpr') {
    const type = pass.typeOf(at.x)
    if (type === undefined || underlying(type).kind !== 'Struct') return undefined
    at = unparen(at.x)
  }
  if (at.kind !== 'IndexExpr') return undefined
  const type = pointee(pass.typeOf(at.x))
  const kind = type === undefined ? undefined : underlying(type).kind
  return kind === 'Slice' || kind === 'Array' ? at : undefined
}

function isOutside(pass: SharingPass, expr: Expr, literal: FuncLit): boolean {
  const object = variableOf(pass, rootOf(expr) ?? expr)
  return object !== undefined && (object.pos < literal.pos || object.pos >= literal.end)
}

/** The argument of `go func(i int) { … }(arg)` for a parameter. */
function argumentFor(pass: SharingPass, literal: FuncLit, call: CallExpr, parameter: Var): Expr | undefined {
  if (unparen(call.fun) !== literal) return undefined
  const names: readonly Ident[] = literal.type.params.list.flatMap(field => field.names)
  const index = names.findIndex(name => variableOf(pass, name) === parameter)
  return index < 0 ? undefined : call.args[index]
}

/** `for i := 0; …` or `for i := range …` with this variable. */
function countsWith(pass: SharingPass, loop: Node, object: Var): boolean {
  if (loop.kind === 'RangeStmt') return loop.key !== undefined && variableOf(pass, loop.key) === object
  return loop.kind === 'ForStmt' && loop.init?.kind === 'AssignStmt' && loop.init.lhs.some(left => variableOf(pass, left) === object)
}

/** The loop ends each goroutine before it starts the next. */
const waitsFor = (pass: SharingPass, loop: Node, at: Node): boolean =>
  callsIn(pass, loop).some(call => call.pos > at.end && call.fun.kind === 'SelectorExpr' && /[Ww]ait/.test(call.fun.sel.name)) ||
  pass.within(loop, 'UnaryExpr').some(one => one.op === '<-' && one.pos > at.end)

interface FieldWrite {
  readonly node: Node
  readonly text: string
  readonly offset: number
}

/** Two goroutines of one function that write two fields of one struct. */
function ofFields(pass: SharingPass, writes: readonly {readonly started: Started; readonly write: Write}[]): void {
  const first = new Map<string, Map<Started, FieldWrite>>()
  for (const {started, write} of writes) {
    const {target} = write
    if (target.kind !== 'SelectorExpr' || unparen(target.x).kind !== 'Ident') continue
    const base = termKey(pass, target.x)
    const offset = offsetIn(pass, target)
    if (base === undefined || offset === undefined || started.literal === undefined || !isOutside(pass, target.x, started.literal)) continue
    const found = first.get(base) ?? new Map<Started, FieldWrite>()
    first.set(base, found)
    for (const [other, known] of found) {
      const apart = Math.abs(known.offset - offset)
      if (other === started || apart === 0 || apart > apartMax || covers(other.at, started.at)) continue
      const data = {field: pass.text(target), other: known.text, apart: String(apart)}
      pass.report(write.node, 'fields', {data, related: [{node: known.node, label: 'written here too'}]})
      return
    }
    if (!found.has(started)) found.set(started, {node: write.node, text: pass.text(target), offset})
  }
}

/** Offset of a field in the struct that the name stands for or points to. */
function offsetIn(pass: SharingPass, field: Expr & {readonly kind: 'SelectorExpr'}): number | undefined {
  const selection = pass.selection(field)
  const struct = pointee(selection?.recv)
  if (selection?.kind !== 'field' || struct === undefined || selection.indirect !== (selection.recv !== struct)) return undefined
  return offsetOf(pass.package.sizes, struct, selection.index)
}
