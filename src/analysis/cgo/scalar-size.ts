// Sizes in bytes of C's number types on the platforms that cgo builds for: ILP32, LP64, and LLP64 on Windows.

const fixed: Readonly<Record<string, number>> = {
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  longlong: 8,
  ulonglong: 8,
  float: 4,
  double: 8,
  int16_t: 2,
  uint16_t: 2,
  int32_t: 4,
  uint32_t: 4,
  int64_t: 8,
  uint64_t: 8,
}
const pointerWide = new Set(['size_t', 'ssize_t', 'intptr_t', 'uintptr_t', 'ptrdiff_t'])
const narrowArchitectures = new Set(['386', 'arm', 'mips', 'mipsle'])

/** Undefined for types of one byte, through which any memory may be read, and for what is not a number type. */
export function cScalarSize(name: string, goos: string, goarch: string): number | undefined {
  const word = narrowArchitectures.has(goarch) ? 4 : 8
  if (name === 'long' || name === 'ulong') return goos === 'windows' ? 4 : word
  return pointerWide.has(name) ? word : fixed[name]
}
