// The reader of C declarations on text that nobody wrote: prefixes, mutations, soups of tokens, and what a stranger would write to make it run for ever. It has
// no errors, so that every text must give an answer, in bounded work.
import fc from 'fast-check'
import {readFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import {type CNames, readCNames} from './c-names.ts'
import {goDeclaration, goSignature, goTypeOf} from './go-view.ts'
import {layoutOf} from './layout.ts'
import {platformOf} from './platform.ts'

const platform = platformOf('linux', 'amd64')
const read = (text: string): CNames =>
  readCNames({platform, preambles: [{file: 'p.go', text}], flags: [], withheld: [], readFile: () => undefined})

/** Asks everything that can be asked of a text. */
function askAll(text: string): number {
  const names = read(text)
  let answers = 0
  for (const {declarations, source} of names.units)
    for (const table of [declarations.typedefs, declarations.functions, declarations.members, declarations.variables, source.macros])
      for (const name of table.keys()) {
        const found = names.lookup(name)
        if (found.kind === 'type') {
          goDeclaration(name, found.type, platform)
          layoutOf(found.type, platform)
        } else if (found.kind === 'function') goSignature(found.declaration.type, platform)
        else if (found.kind === 'variable') goTypeOf(found.type, platform)
        answers++
      }
  return answers
}

const sample = readFileSync(new URL('testdata/constructs/include/part.h', import.meta.url), 'utf8')

it('every prefix of a header gives an answer', () => {
  for (let end = 0; end <= sample.length; end += 7) askAll(sample.slice(0, end))
  expect(askAll(sample)).toBeGreaterThan(100)
}, 60_000)

it('every mutation of a header gives an answer', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ';',
      ',',
      '*',
      '#',
      '##',
      '\n#if X\n',
      '\n#else\n',
      '\n#endif\n',
      '"',
      "'",
      '/*',
      '\\\n',
      '...',
      ':',
    ),
    fc.constantFrom(
      'struct ',
      'typedef ',
      'enum ',
      ' int ',
      ' sizeof(',
      '__attribute__((',
      '\n#define X X(X)\n',
      '\n#undef PART_API\n',
      '\n#include "part.h"\n',
    ),
    fc.string({unit: 'binary', maxLength: 8}),
  )
  const edit = fc.record({at: fc.nat(sample.length), remove: fc.nat(60), insert: piece})
  fc.assert(
    fc.property(fc.array(edit, {minLength: 1, maxLength: 5}), edits => {
      let text = sample
      for (const {at, remove, insert} of edits) text = text.slice(0, at) + insert + text.slice(at + remove)
      askAll(text)
    }),
    {numRuns: 300},
  )
}, 60_000)

it('every soup of tokens gives an answer', () => {
  const token = fc.constantFrom(
    ...'struct union enum typedef int char long unsigned const static extern inline void sizeof _Alignas __attribute__ __typeof__ _Atomic a b f x 1 0x7fL "s" ( ) { } [ ] ; , * = : ? + - << # ... . \n'.split(
      ' ',
    ),
    '\n#define a b\n',
    '\n#define f(x) x f(x) #x x##x\n',
    '\n#ifdef b\n',
    '\n#if a + 1\n',
    '\n#else\n',
    '\n#endif\n',
    '\n#pragma pack(1)\n',
  )
  fc.assert(
    fc.property(fc.array(token, {maxLength: 120}), tokens => {
      askAll(tokens.join(' '))
    }),
    {numRuns: 1500},
  )
}, 60_000)

it.each([
  [
    'records inside one another in twos',
    Array.from({length: 90}, (_, i) => `struct s${i} { ${i === 0 ? 'int a' : `struct s${i - 1} a, b`}; };`).join('\n'),
  ],
  ['a record that holds itself twice', 'struct a { struct b x, y; }; struct b { struct a x, y; };'],
  ['macros that double', `${Array.from({length: 60}, (_, i) => `#define m${i + 1} m${i} m${i}`).join('\n')}\nint x = m60;\n`],
  [
    'macros that double to nothing',
    `#define m0\n${Array.from({length: 60}, (_, i) => `#define m${i + 1} m${i} m${i}`).join('\n')}\n${'m60\n#define q\n'.repeat(50)}`,
  ],
  ['a chain of macros', `${Array.from({length: 50_000}, (_, i) => `#define m${i + 1} m${i}`).join('\n')}\nint m50000;\n`],
  ['calls of a macro that never close', `#define f(x) x\n${'f('.repeat(50_000)}`],
  ['conditions inside one another', `${'#if 1\n'.repeat(50_000)}int x;\n${'#endif\n'.repeat(50_000)}`],
  ['conditions nobody knows inside one another', `${'#ifdef A\n#else\nint x;\n'.repeat(20_000)}`],
  ['a header that includes itself', '#include "p.h"\n#include "p.h"\nint x;\n'],
  ['names and nothing else', 'a '.repeat(100_000)],
  ['words of macros in front of a type', `${'A static '.repeat(50_000)} int f(void);`],
  ['stars', `int ${'*'.repeat(100_000)}p;`],
  ['array lengths', `int a${'[2]'.repeat(50_000)};`],
  ['open brackets', '('.repeat(100_000)],
  ['open braces', 'struct {'.repeat(50_000)],
  ['parameters inside parameters', `int f(${'int (*g)('.repeat(50_000)}`],
  ['a long expression of casts', `enum { A = ${'(int)1+'.repeat(50_000)}1 };`],
  ['a long expression of brackets', `enum { A = ${'('.repeat(50_000)}1${')'.repeat(50_000)} };`],
  ['sizes of arrays of sizes', `int a[${'sizeof(int['.repeat(20_000)}1${'])'.repeat(20_000)}];`],
  ['choices', `#define A ${'1 ? 2 : '.repeat(50_000)}3\n`],
  ['one string of many megabytes', `const char *s = "${'a'.repeat(12_000_000)}";`],
  ['one comment of many megabytes', `/*${' *'.repeat(6_000_000)}`],
  ['one line of many megabytes', `//${'a '.repeat(6_000_000)}\nint x;`],
  ['splices', `int ${'\\\n'.repeat(300_000)} x;`],
  ['attributes', `int x ${'__attribute__((aligned(1)))'.repeat(20_000)};`],
  ['pack settings', `${'#pragma pack(push, 1)\nstruct { int a; } ;\n'.repeat(20_000)}`],
  [
    'a type that is a type that is a type',
    `typedef int t0;\n${Array.from({length: 50_000}, (_, i) => `typedef t${i} t${i + 1};`).join('\n')}`,
  ],
])(
  'ends in bounded work: %s',
  (_, text) => {
    askAll(text)
  },
  60_000,
)

it('a declaration that cannot be read takes nothing else with it', () => {
  const names = read(
    'int before(int);\n?? what (is) { this } ;\nstruct s { int a; } PACKED;\nstruct t { int a; } ATTRIBUTES(x) y;\nint after(char *);\n',
  )
  expect(names.lookup('before').kind).toBe('function')
  expect(names.lookup('after').kind).toBe('function')
  for (const name of ['struct_s', 'struct_t']) {
    const found = names.lookup(name) // the word behind it may pack it
    expect(found.kind === 'type' && layoutOf(found.type, platform)).toBeUndefined()
  }
})
