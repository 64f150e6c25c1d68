// Go's platforms: which names in a file name are a GOOS or GOARCH, which are Unix, where cgo exists, and which tags an architecture's
// feature level sets. From go1.26: internal/syslist.{KnownOS,UnixOS,KnownArch}, internal/platform/zosarch.go, internal/buildcfg.gogoarchTags.

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

export const knownOs = words(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos',
)
export const knownArch = words(
  '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm',
)
export const unixOs = words('aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris')

const withoutCgo = words('js/wasm linux/ppc64 openbsd/ppc64 plan9/386 plan9/amd64 plan9/arm wasip1/wasm')
export const cgoSupported = (goos: string, goarch: string): boolean => !withoutCgo.has(`${goos}/${goarch}`)

/** The variable that sets an architecture's feature level, and its value when unset. */
const featureLevels: Readonly<Record<string, readonly [variable: string, fallback: string]>> = {
  '386': ['GO386', 'sse2'],
  amd64: ['GOAMD64', 'v1'],
  arm: ['GOARM', '7'],
  arm64: ['GOARM64', 'v8.0'],
  mips: ['GOMIPS', 'hardfloat'],
  mipsle: ['GOMIPS', 'hardfloat'],
  mips64: ['GOMIPS64', 'hardfloat'],
  mips64le: ['GOMIPS64', 'hardfloat'],
  ppc64: ['GOPPC64', 'power8'],
  ppc64le: ['GOPPC64', 'power8'],
  riscv64: ['GORISCV64', 'rva20u64'],
}

const upTo = (from: number, last: number, name: (level: number) => string): string[] =>
  Array.from({length: Math.max(0, Math.min(last, 99) - from + 1)}, (_, i) => name(from + i))
const digits = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? 0)

/** Tags like `amd64.v1` that hold for an architecture, by its feature level. */
export function architectureTags(goarch: string, variable: (name: string) => string | undefined): string[] {
  if (goarch === 'wasm') return ['wasm.satconv', 'wasm.signext']
  const level = featureLevels[goarch]
  if (level === undefined) return []
  const value = variable(level[0]) || level[1]
  switch (goarch) {
    case 'amd64':
      return upTo(1, digits(value), n => `amd64.v${n}`)
    case 'arm':
      return upTo(5, digits(value), n => `arm.${n}`)
    case 'arm64':
      return arm64Tags(value)
    case 'ppc64':
    case 'ppc64le':
      return upTo(8, digits(value), n => `${goarch}.power${n}`)
    case 'riscv64':
      return [20, 22, 23].filter(n => n <= digits(value)).map(n => `riscv64.rva${n}u64`)
    default:
      return [`${goarch}.${value}`]
  }
}

/** v9.x includes v8.(x+5). */
function arm64Tags(value: string): string[] {
  const [, major = '8', minor = '0'] = /^v([89])\.([0-9])/.exec(value) ?? []
  const own = upTo(0, Number(minor), n => `arm64.v${major}.${n}`)
  return major === '9' ? [...own, ...upTo(0, Math.min(Number(minor) + 5, 9), n => `arm64.v8.${n}`)] : own
}
