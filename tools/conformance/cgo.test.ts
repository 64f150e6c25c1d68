// The slice of the comparison of C models that runs by default: two packages of our own with every construct, and structs made at random, against cgo
// and the C compiler of the machine.
import fc from 'fast-check'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {describeNeeding} from '../../src/base/testing/needs.ts'
import {readCNames} from '../../src/go/cgo/c-names.ts'
import {type CPlatform, platformOf} from '../../src/go/cgo/platform.ts'
import {buildCgoOracle, compareClaims} from './cgo-claims.ts'
import {compareCgo, comparePackageClaims, readCgoPackage} from './cgo.ts'

const testdata = (name: string) => fileURLToPath(new URL(`../../src/go/cgo/testdata/${name}`, import.meta.url))

describeNeeding('go', 'C', () =>
  describeNeeding('cc', 'models compared with cgo and the C compiler', () => {
    let oracle: ReturnType<typeof buildCgoOracle>
    beforeAll(() => (oracle = buildCgoOracle()), 120_000)
    afterAll(() => oracle.remove())

    it.each([
      ['basic', 60],
      ['constructs', 80],
    ])(
      'every used name of the package %s is what cgo makes of it, and everything said of its preamble is what the compiler says',
      (name, usedMin) => {
        const pkg = readCgoPackage(testdata(name))
        const used = compareCgo(pkg, false)
        expect(used.wrong).toEqual([])
        expect(used.partly).toEqual([])
        expect(used.unknown).toEqual([])
        expect(used.equal).toBeGreaterThan(usedMin)
        const claims = comparePackageClaims(pkg, false, oracle.path)
        expect(claims.different).toEqual([])
        expect(claims.equal).toBeGreaterThan(usedMin)
      },
      120_000,
    )

    const claimsOf = (text: string, platform: CPlatform, flags: readonly string[] = []) => {
      const names = readCNames({platform, preambles: [{file: 'p.go', text}], flags: [], withheld: [], readFile: () => undefined})
      return compareClaims({oracle: oracle.path, text, names, platform, flags, dir: '.', seen: new Set()})
    }

    it.runIf(process.arch === 'x64').each([
      ['linux/amd64', platformOf('linux', 'amd64'), []],
      ['linux/386', platformOf('linux', '386'), ['-m32']],
      // gcc lays bit-fields out as on Windows when it is told to; long stays 64 bits wide, so there is none among them.
      ['linux/amd64 with bit-fields as on Windows', {...platformOf('linux', 'amd64'), microsoftBitFields: true}, ['-mms-bitfields']],
      [
        'linux/386 with structs as on Windows',
        {...platformOf('linux', '386'), wideAlign: 8, microsoftBitFields: true},
        ['-m32', '-mms-bitfields', '-malign-double'],
      ],
    ] as const)(
      '400 structs made at random have the layout that gcc gives them: %s',
      (_, platform, flags) => {
        const records = fc.sample(record, {numRuns: 400, seed: 20_261_121})
        const text = records.map((body, i) => body.replaceAll('@', String(i))).join('\n')
        const {equal, different, unknown} = claimsOf(text, platform, flags)
        expect(different.slice(0, 5)).toEqual([])
        expect(equal).toBeGreaterThan(platform.microsoftBitFields ? 250 : 400)
        if (!platform.microsoftBitFields) expect(unknown.filter(name => /^(?:struct|union)_/.test(name))).toEqual([])
      },
      120_000,
    )

    it('what a macro nobody knows may change is not claimed', () => {
      const text = `
#define SIZE 4
#ifdef MAYBE
#undef SIZE
#define SIZE 8
#define renamed elsewhere
typedef int only_maybe;
#endif
int renamed(void);
int other(long x);
struct grown { int a;
#ifdef MAYBE
  int b;
#endif
};
struct sure { int a; };
#if MAYBE > 2
typedef int chosen;
#else
typedef long chosen;
#endif
enum counted { C_ONE,
#ifndef MAYBE
  C_TWO,
#endif
  C_THREE, C_TEN = 10, C_ELEVEN };
int taken(int a
#ifdef MAYBE
  , int b
#endif
);
int after(int a);
`
      // With and without the macro, everything that is claimed must be so.
      for (const flags of [[], ['-DMAYBE=3']]) {
        const claims = claimsOf(text, platformOf('linux', 'amd64'), flags)
        expect(claims.different).toEqual([])
        for (const name of ['SIZE', 'renamed', 'struct_grown', 'chosen', 'C_TWO', 'C_THREE', 'enum_counted', 'taken'])
          expect(claims.unknown, name).toContain(name)
        for (const name of ['other', 'struct_sure', 'C_ONE', 'C_TEN', 'C_ELEVEN', 'after']) expect(claims.known, name).toContain(name)
      }
    }, 60_000)

    it('constant expressions have the value that the compiler computes', () => {
      const operand = fc.oneof(
        fc.integer({min: -70_000, max: 70_000}).map(n => (n < 0 ? `(${n})` : String(n))),
        fc.constantFrom(
          '0x7fffffff',
          '0x80000000',
          '4294967295u',
          '1L',
          '0xffffffffUL',
          '0x7fffffffffffffff',
          '10ULL',
          "'a'",
          "'\\377'",
          'sizeof(long)',
          '(char)200',
          '(unsigned short)70000',
          '(long)5',
          '07',
        ),
      )
      const {expression} = fc.letrec<{expression: string}>(tie => ({
        expression: fc.oneof(
          {maxDepth: 4, withCrossShrink: true},
          operand,
          fc.tuple(fc.constantFrom('-', '~', '!'), tie('expression')).map(([op, x]) => `${op}(${x})`),
          fc
            .tuple(
              tie('expression'),
              fc.constantFrom('+', '-', '*', '&', '|', '^', '==', '!=', '<', '>', '<=', '>=', '&&', '||', '/', '%'),
              tie('expression'),
            )
            .map(([x, op, y]) => `(${x} ${op} ${y})`),
          fc
            .tuple(tie('expression'), fc.constantFrom('<<', '>>'), fc.integer({min: 0, max: 31}))
            .map(([x, op, n]) => `((${x}) ${op} ${n})`),
          fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([x, y, z]) => `((${x}) ? (${y}) : (${z}))`),
        ),
      }))
      const text = fc
        .sample(expression, {numRuns: 600, seed: 7})
        .map((e, i) => `#define EXPRESSION_${i} (${e})`)
        .join('\n')
      const claims = claimsOf(text, platformOf('linux', 'amd64'))
      // Division by zero and overflow: gcc has no constant for them, and neither may we.
      const values = claims.different.filter(({theirs}) => !/not constant/.test(theirs))
      expect(values.slice(0, 5)).toEqual([])
      expect(claims.equal).toBeGreaterThan(400)
    }, 60_000)
  }),
)

/** One struct or union with what makes layouts hard; `@` stands for its number. */
const record = (() => {
  const plain = fc.constantFrom(
    'char',
    'short',
    'int',
    'long long',
    'float',
    'double',
    'void *',
    '_Bool',
    'unsigned char',
    'unsigned short',
    'unsigned',
    'long double',
    'enum { E@_# }',
  )
  const attribute = fc.oneof(
    {weight: 6, arbitrary: fc.constant('')},
    {weight: 1, arbitrary: fc.constantFrom(' __attribute__((packed))', ' __attribute__((aligned(2)))', ' __attribute__((aligned(16)))')},
  )
  const whole = fc
    .tuple(plain, fc.oneof({weight: 4, arbitrary: fc.constant('')}, {weight: 1, arbitrary: fc.constantFrom('[3]', '[2][5]')}), attribute)
    .map(([type, array, attr]) => `${type} f#${array}${attr};`)
  const bits = fc
    .tuple(
      fc.constantFrom(
        ['unsigned char', 8],
        ['short', 16],
        ['int', 32],
        ['unsigned', 32],
        ['long long', 64],
        ['unsigned long long', 64],
        ['_Bool', 1],
      ),
      fc.integer({min: 0, max: 64}),
      fc.boolean(),
      attribute,
    )
    .map(([[type, max], wanted, named, attr]) => {
      const width = wanted % (max + 1)
      return width === 0 || !named ? `${type} : ${width};` : `${type} f# : ${width}${attr};`
    })
  const {fields} = fc.letrec<{fields: string; field: string}>(tie => ({
    field: fc.oneof(
      {maxDepth: 2},
      {weight: 5, arbitrary: whole},
      {weight: 5, arbitrary: bits},
      {weight: 1, arbitrary: tie('fields').map(inner => `struct { ${inner} };`)},
      {weight: 1, arbitrary: tie('fields').map(inner => `union { ${inner} } f#[2];`)},
      {weight: 1, arbitrary: tie('fields').map(inner => `struct { ${inner} } __attribute__((packed)) f#;`)},
    ),
    fields: fc
      .array(tie('field'), {minLength: 1, maxLength: 7})
      .map(list => [...(list[0]?.includes('[') === true ? ['char f#;'] : []), ...list].join(' ')),
  }))
  // debug/dwarf takes an array at offset 0 for one of no elements when a bit-field follows (type.go zeroArray): such structs begin with a char.
  return fc
    .tuple(fc.constantFrom('struct', 'struct', 'struct', 'union'), fields, attribute, fc.constantFrom(0, 0, 0, 1, 2, 4))
    .map(([kind, body, attr, pack]) => {
      let n = 0
      const text = `${kind} random_@ { ${body.replaceAll('#', () => String(n++))} }${attr};`
      return pack === 0 ? text : `#pragma pack(push, ${pack})\n${text}\n#pragma pack(pop)`
    })
})()
