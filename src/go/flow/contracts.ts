// What the standard library promises beyond what its bodies show: interface methods that must not keep what they are given, nor their receiver,
// and functions that keep it only while they run.
import {harmless, type FunctionSummary} from './summary.ts'

/** Interface, its methods. Sources: the doc comments in io, net, net/http, context, hash, sort, fs, fmt, database/sql/driver of Go 1.26 ("must not retain p"). */
const keepsNothing: Readonly<Record<string, readonly string[]>> = {
  error: ['Error'],
  'context.Context': ['Deadline', 'Done', 'Err', 'Value'],
  'encoding.TextMarshaler': ['MarshalText'],
  'fmt.Stringer': ['String'],
  'fmt.GoStringer': ['GoString'],
  'hash.Hash': ['Write', 'Sum', 'Reset', 'Size', 'BlockSize'],
  'hash.Hash32': ['Sum32'],
  'hash.Hash64': ['Sum64'],
  'io.ByteReader': ['ReadByte'],
  'io.ByteWriter': ['WriteByte'],
  'io.Reader': ['Read'],
  'io.ReaderAt': ['ReadAt'],
  'io.ReaderFrom': ['ReadFrom'],
  'io.RuneReader': ['ReadRune'],
  'io.Seeker': ['Seek'],
  'io.StringWriter': ['WriteString'],
  'io.Writer': ['Write'],
  'io.WriterAt': ['WriteAt'],
  'io.WriterTo': ['WriteTo'],
  'io/fs.File': ['Read', 'Stat'],
  'io/fs.FileInfo': ['IsDir', 'ModTime', 'Mode', 'Name', 'Size'],
  'net.Addr': ['Network', 'String'],
  'net.Conn': ['Read', 'Write', 'LocalAddr', 'RemoteAddr', 'SetDeadline', 'SetReadDeadline', 'SetWriteDeadline'],
  'net.Listener': ['Accept', 'Addr'],
  'net/http.Flusher': ['Flush'],
  'net/http.ResponseWriter': ['Header', 'Write', 'WriteHeader'],
  'sort.Interface': ['Len', 'Less', 'Swap'],
  'sync.Locker': ['Lock', 'Unlock'],
}

const forms = (prefix: string, ...names: readonly string[]) =>
  names.flatMap(name => [name, `${name}f`, `${name}ln`].map(form => `${prefix}${form}`))

/** Printing puts its operands into a reused printer and clears it again (fmt/print.go, pp.free); wait groups keep themselves for the race detector only. */
const functions: readonly string[] = [
  ...forms('fmt.', 'Print', 'Fprint', 'Sprint', 'Append'),
  ...['log.', 'log.(*Logger).'].flatMap(prefix => forms(prefix, 'Print', 'Fatal', 'Panic')),
  ...forms('testing.(*common).', 'Log', 'Error', 'Fatal', 'Skip'),
  ...['Add', 'Done', 'Wait'].map(name => `sync.(*WaitGroup).${name}`),
]

const promised: ReadonlySet<string> = new Set([
  ...functions,
  ...Object.entries(keepsNothing).flatMap(([face, names]) => names.map(name => `${face}.${name}`)),
])

const summary: FunctionSummary = {end: 'returns', receiver: harmless, parameters: [harmless]}

/** The summary a function, or every implementation of an interface method, has by contract; undefined where nothing is promised. */
export const contractOf = (name: string): FunctionSummary | undefined => (promised.has(name) ? summary : undefined)
