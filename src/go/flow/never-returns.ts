// Functions that never return to their caller, where that is not worked out from a body: what they are by contract, and the table of the
// standard library, which packageFlow finds in GOROOT/src (a test compares them).
import type {CallEnd} from './cfg-builder.ts'

const exits = (path: string, ...names: readonly string[]) => names.map(name => [`${path}.${name}`, 'exits'] as const)
const unwinds = (path: string, ...names: readonly string[]) => names.map(name => [`${path}.${name}`, 'unwinds'] as const)
const returns = (path: string, ...names: readonly string[]) => names.map(name => [`${path}.${name}`, 'returns'] as const)

const logForms = (...names: readonly string[]) => names.flatMap(name => [name, `${name}f`, `${name}ln`])

/**
 * What a body does not say: functions written in assembly or left to the linker, compiler intrinsics whose body is a placeholder, and loggers
 * whose exit is a variable. Source: golang.org/x/tools v0.48 go/analysis/passes/ctrlflow, knownIntrinsic; the loggers' own documentation for
 * the rest of their Fatal and Panic families.
 */
export const intrinsicEnds: ReadonlyMap<string, CallEnd> = new Map<string, CallEnd>([
  ...exits('syscall', 'Exit', 'ExitProcess', 'ExitThread'),
  ...exits('os', 'Exit'),
  ...exits('runtime', 'fatalthrow', 'fatalpanic', 'exit'),
  ...unwinds('runtime', 'Goexit'),
  ...exits('go.uber.org/zap', '(*Logger).Fatal', '(*SugaredLogger).Fatal', '(*SugaredLogger).Fatalw', '(*SugaredLogger).Fatalf'),
  ...exits('go.uber.org/zap', '(*SugaredLogger).Fatalln'),
  ...unwinds('go.uber.org/zap', '(*Logger).Panic', '(*SugaredLogger).Panic', '(*SugaredLogger).Panicw', '(*SugaredLogger).Panicf'),
  ...unwinds('go.uber.org/zap', '(*SugaredLogger).Panicln'),
  ...exits('github.com/sirupsen/logrus', '(*Logger).Exit'),
  ...unwinds(
    'github.com/sirupsen/logrus',
    '(*Logger).Panic',
    '(*Logger).Panicf',
    '(*Logger).Panicln',
    '(*Entry).Panicf',
    '(*Entry).Panicln',
  ),
  ...['k8s.io/klog', 'k8s.io/klog/v2'].flatMap(path => exits(path, 'ExitDepth', 'FatalDepth', ...logForms('Exit', 'Fatal'))),
  ...returns('internal/abi', 'EscapeNonString'),
  ...returns('hash/maphash', 'Comparable'),
])

/** Every form that a logger's exit or panic comes in. */
const logrus = [...logForms('Fatal'), ...logForms('Panic')]

/** Functions of other modules whose bodies would say so, were they read. */
const thirdParty: ReadonlyMap<string, CallEnd> = new Map<string, CallEnd>(
  ['', '(*Logger).', '(*Entry).'].flatMap(receiver =>
    logrus.map(name => [`github.com/sirupsen/logrus.${receiver}${name}`, name.startsWith('Fatal') ? 'exits' : 'unwinds'] as const),
  ),
)

const ofTest = ['FailNow', 'Fatal', 'Fatalf', 'Skip', 'SkipNow', 'Skipf']

/**
 * What packageFlow finds in GOROOT/src of Go 1.26 for functions that others can call. Fatal of log runs no deferred call, as os.Exit; the
 * methods of testing end the goroutine by runtime.Goexit, also through the interface TB, which only testing can implement (its method private).
 */
export const standardLibrary: ReadonlyMap<string, CallEnd> = new Map<string, CallEnd>([
  ...exits('os', 'Exit'),
  ...exits('log', ...logForms('Fatal', '(*Logger).Fatal')),
  ...unwinds('log', ...logForms('Panic', '(*Logger).Panic')),
  ...unwinds('runtime', 'Goexit', 'CPUProfile'),
  ...exits('testing', 'Main'),
  ...unwinds('testing', ...ofTest.map(name => `(*common).${name}`)),
])

const interfaceMethods: ReadonlyMap<string, CallEnd> = new Map(unwinds('testing', ...ofTest.map(name => `TB.${name}`)))

/** Known without looking at a body; undefined for all others. */
export const neverReturns = (name: string): CallEnd | undefined =>
  standardLibrary.get(name) ?? interfaceMethods.get(name) ?? thirdParty.get(name)
