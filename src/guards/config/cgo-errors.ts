// Error tables of a cgo contract: which return values are failures, what they are called and what a wrapper does about them.
import type {Field} from '../../sim/scenario/reader.ts'
import {type CgoErrorTable, cgoFailures, cgoStrategies, type CgoStrategy, type CgoType} from '../codegen/cgo-contract.ts'
import {opensslCodes} from '../codegen/cgo-openssl.ts'
import {pascal} from '../codegen/cgo-names.ts'
import {cIdentifier, line} from './fields.ts'

export const tableKeys = ['failed', 'ok', 'code', 'of', 'clear', 'message', 'reason', 'fd', 'codes'] as const
export const rowKeys = ['code', 'name', 'strategy', 'text'] as const
const tablesMax = 50
const rowsMax = 2000

export function readTables(field: Field | undefined, types: readonly CgoType[]): CgoErrorTable[] {
  if (field === undefined) return []
  const entries = [...field.map()]
  if (entries.length > tablesMax) throw field.problem(`${entries.length} tables, at most ${tablesMax}`, 'Take some away.')
  return entries.map(([name, table]) => {
    if (!/^[a-z]\w*$/.test(name) || name === 'errno' || name === 'openssl')
      throw table.problem(`"${name}" cannot be the name of a table`, 'Take another word in lower case; errno and openssl are built in.')
    return readTable(name, table, types)
  })
}

function readTable(name: string, field: Field, types: readonly CgoType[]): CgoErrorTable {
  const e = field.map(tableKeys)
  const c = (key: 'clear' | 'message' | 'reason' | 'fd') => {
    const value = e.get(key)
    return value === undefined ? {} : {[key]: cIdentifier(value)}
  }
  const [code, of] = [e.get('code'), e.get('of')]
  if ((code === undefined) !== (of === undefined))
    throw (code ?? of)!.problem(
      'code names a C function of an object and the returned value; of names the type of the object',
      'Give both.',
    )
  const typeName = of?.oneOf(types.map(type => type.name))
  const type = types.find(t => t.name === typeName)
  const seen = new Set<string>()
  const rows = (e.get('codes')?.list(rowsMax) ?? []).map(row => {
    const r = row.map(rowKeys)
    const [codeField, nameField] = [r.get('code'), r.get('name')]
    if (codeField === undefined || nameField === undefined) throw row.problem('a row has a code and a name', 'Give both.')
    const rowName = pascal(nameField.text())
    if (!/^\w+$/.test(rowName)) throw nameField.problem(`"${nameField.text()}" is no name in Go`, 'Write a word.')
    const value = codeField.whole(-(2 ** 31), 2 ** 32)
    for (const key of [`code ${value}`, `name ${rowName}`]) {
      if (seen.has(key)) throw row.problem(`${key} is there twice`, 'Keep one of them.')
      seen.add(key)
    }
    const text = r.get('text')
    return {
      code: value,
      name: nameField.text(),
      strategy: r.get('strategy')?.oneOf(cgoStrategies) ?? 'return',
      ...(text === undefined ? {} : {text: line(text, '')}),
    } as const
  })
  return {
    name,
    failed: e.get('failed')?.oneOf(cgoFailures) ?? 'nonzero',
    ok:
      e
        .get('ok')
        ?.list(200)
        .map(value => value.whole(-(2 ** 31), 2 ** 31)) ?? [],
    ...(code === undefined || type === undefined ? {} : {code: {function: cIdentifier(code), of: type.c}}),
    ...c('clear'),
    ...c('message'),
    ...c('reason'),
    ...c('fd'),
    rows,
  }
}

const openssl: Readonly<Record<(typeof opensslCodes)[number][2], CgoStrategy>> = {
  Proceed: 'return',
  PollRead: 'poll_read',
  PollWrite: 'poll_write',
  CallAgain: 'retry',
  CloseConnection: 'close',
  Alert: 'alert_close',
}

/** SSL_get_error's table: OpenSSL's manual, SSL_get_error(3). */
export const opensslTable = (): CgoErrorTable => ({
  name: 'openssl',
  failed: 'not_positive',
  ok: [],
  code: {function: 'SSL_get_error', of: 'SSL'},
  clear: 'ERR_clear_error',
  reason: 'guardSSLReason',
  fd: 'SSL_get_fd',
  rows: opensslCodes.map(([code, name, strategy, text]) => ({code, name: name.toLowerCase(), strategy: openssl[strategy], text})),
})
