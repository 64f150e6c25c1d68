// The C ABI facts of a platform that declarations depend on: sizes, alignments, predefined macros.
// System V psABIs for amd64, i386, arm64, arm; Microsoft x64 (MinGW, which cgo uses on Windows) for windows; Apple arm64.

export interface CPlatform {
  readonly goos: string
  readonly goarch: string
  readonly pointerBytes: number
  readonly longBytes: number
  readonly wcharBytes: number
  readonly wcharSigned: boolean
  /** Whether plain `char` is signed; cgo calls it int8 whatever it is. */
  readonly charSigned: boolean
  readonly longDoubleBytes: number
  /** Largest alignment of 8-byte scalars inside structs: 4 on i386 with the System V ABI. */
  readonly wideAlign: number
  /** Bit-fields are laid out by Microsoft's rules, which are not modelled. */
  readonly microsoftBitFields: boolean
}

const wide: ReadonlySet<string> = new Set(['amd64', 'arm64', 'ppc64', 'ppc64le', 'mips64', 'mips64le', 'riscv64', 's390x', 'loong64'])

export function platformOf(goos: string, goarch: string): CPlatform {
  const is64 = wide.has(goarch)
  const windows = goos === 'windows'
  const apple = goos === 'darwin' || goos === 'ios'
  const unsignedChar = !windows && !apple && ['arm', 'arm64', 'ppc64', 'ppc64le', 's390x', 'riscv64'].includes(goarch)
  const pointerBytes = is64 ? 8 : 4
  return {
    goos,
    goarch,
    pointerBytes,
    longBytes: windows ? 4 : pointerBytes,
    wcharBytes: windows ? 2 : 4,
    wcharSigned: !windows && !(goarch.startsWith('arm') && !apple),
    charSigned: !unsignedChar,
    longDoubleBytes: longDoubleBytes(goos, goarch, apple),
    wideAlign: goarch === '386' && !windows ? 4 : 8,
    microsoftBitFields: windows,
  }
}

function longDoubleBytes(goos: string, goarch: string, apple: boolean): number {
  if (goarch === '386') return 12
  if (goarch === 'arm' || (apple && goarch === 'arm64') || (goos === 'windows' && goarch === 'arm64')) return 8
  return 16
}

/** Macros every compiler that cgo uses defines on this platform; values as gcc has them where compilers differ. */
export function predefinedMacros(platform: CPlatform): ReadonlyMap<string, string> {
  const {goos, goarch} = platform
  const apple = goos === 'darwin' || goos === 'ios'
  const macros: [string, string][] = [
    ['__STDC__', '1'],
    ['__STDC_VERSION__', '201710L'],
    ['__STDC_HOSTED__', '1'],
    ['__GNUC__', apple ? '4' : '12'],
    ['__GNUC_MINOR__', '2'],
    ['__CHAR_BIT__', '8'],
    ['__SIZEOF_POINTER__', String(platform.pointerBytes)],
    ['__SIZEOF_LONG__', String(platform.longBytes)],
    ['__SIZEOF_INT__', '4'],
    ['__SIZEOF_LONG_LONG__', '8'],
    ['__ORDER_LITTLE_ENDIAN__', '1234'],
    ['__ORDER_BIG_ENDIAN__', '4321'],
    ['__BYTE_ORDER__', goarch === 's390x' || goarch === 'ppc64' ? '4321' : '1234'],
  ]
  const add = (...names: string[]) => macros.push(...names.map((name): [string, string] => [name, '1']))
  if (platform.pointerBytes === 8 && platform.longBytes === 8) add('__LP64__', '_LP64')
  if (goos === 'linux' || goos === 'android') add('__linux__', '__linux', 'linux', '__unix__', '__unix', 'unix', '__gnu_linux__', '__ELF__')
  if (goos === 'freebsd') add('__FreeBSD__', '__unix__', '__unix', '__ELF__')
  if (goos === 'windows') add('_WIN32', '__MINGW32__', 'WIN32', '__WIN32__', '__declspec', '_INTEGRAL_MAX_BITS')
  if (goos === 'windows' && platform.pointerBytes === 8) add('_WIN64', '__MINGW64__', 'WIN64', '__WIN64__')
  if (apple) add('__APPLE__', '__MACH__', '__clang__')
  if (goarch === 'amd64') add('__x86_64__', '__x86_64', '__amd64__', '__amd64', '__SSE2__')
  if (goarch === '386') add('__i386__', '__i386', 'i386')
  if (goarch === 'arm64') add('__aarch64__', ...(apple ? ['__arm64__'] : []))
  if (goarch === 'arm') add('__arm__')
  if (goarch === 'riscv64') add('__riscv')
  return new Map(macros)
}

/** Names that other compilers, languages or systems define, and that are therefore certainly not defined here. */
export const foreignMacros: ReadonlySet<string> = new Set([
  '__cplusplus',
  '__OBJC__',
  '_MSC_VER',
  '__BORLANDC__',
  '__WATCOMC__',
  '__TURBOC__',
  '__DMC__',
  '__SUNPRO_C',
  '__SUNPRO_CC',
  '__INTEL_COMPILER',
  '__IBMC__',
  '__xlC__',
  '__HP_cc',
  '__HP_aCC',
  '__DECC',
  '__TINYC__',
  '__LCC__',
  '__CC_ARM',
  '__ICCARM__',
  '__CYGWIN__',
  '__MSYS__',
  '__EMSCRIPTEN__',
  '__APPLE__',
  '__MACH__',
  '_WIN32',
  '_WIN64',
  'WIN32',
  'WIN64',
  '__WIN32__',
  '__MINGW32__',
  '__MINGW64__',
  '_WIN32_WCE',
  '__linux__',
  '__linux',
  'linux',
  '__unix__',
  '__unix',
  'unix',
  '__FreeBSD__',
  '__NetBSD__',
  '__OpenBSD__',
  '__DragonFly__',
  '__sun',
  '__sun__',
  'sun',
  '__hpux',
  '_AIX',
  '__VMS',
  '__QNX__',
  '__QNXNTO__',
  '__ANDROID__',
  '__BEOS__',
  '__HAIKU__',
  '__OS2__',
  '__SYMBIAN32__',
  '__VXWORKS__',
  '__vxworks',
  '_OS_VXWORKS',
  '__NuttX__',
  '__x86_64__',
  '__x86_64',
  '__amd64__',
  '__i386__',
  '__i386',
  'i386',
  '__aarch64__',
  '__arm64__',
  '__arm__',
  '__riscv',
  '__powerpc__',
  '__ppc__',
  '__s390x__',
  '__mips__',
  '__sparc__',
  '__ia64__',
  '_M_X64',
  '_M_IX86',
  '_M_ARM',
  '_M_ARM64',
  '_M_AMD64',
  '__LP64__',
  '_LP64',
  '__ILP32__',
  '__CHERI__',
  '__clang__',
  '__ELF__',
  'SWIG',
  '__DOXYGEN__',
  'DOXYGEN',
  'DOXYGEN_SHOULD_SKIP_THIS',
  '__GTK_DOC_IGNORE__',
  '__GI_SCANNER__',
  'RC_INVOKED',
  '__CUDACC__',
  '__INTELLISENSE__',
  '__COVERITY__',
])
