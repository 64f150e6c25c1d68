// Every sink against the same hostile finding: escape sequences, bidi controls, workflow commands, HTML, XML, newlines in names.
import {Ajv} from 'ajv'
import {existsSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {describe, expect, test} from 'vitest'
import {escapeHtml} from '../report/html.ts'
import {terminalText} from '../cli/terminal-text.ts'
import {emptyEnvelope, type Envelope} from './envelope.ts'
import type {Hazard} from './finding.ts'
import {githubAnnotations, githubMessage, githubProperty} from './github.ts'
import {escapeXml, junitXml} from './junit.ts'
import {sarifJson, sarifText, sarifUri} from './sarif.ts'
import {findingText} from './text.ts'

const hostile =
  '\u001b[31mred\u001b[0m \u202eevil\u2066 \n::error::owned ##[error]old <script>alert("1")</script> \'&\' [link](javascript:x) \u0000 ]]> 100%'

const hazard: Hazard = {
  id: 'test-rule',
  kind: 'hazard',
  severity: 'error',
  confidence: 0.9,
  message: {id: 'm', data: {name: hostile}},
  what: hostile,
  why: hostile,
  next: hostile,
  fingerprint: 'v1:0123456789abcdef01234567',
  places: [
    {role: 'primary', file: `d ir/${hostile}.go`, line: 2, column: 5, endLine: 2, endColumn: 8, symbol: hostile},
    {role: 'related', file: '/abs/ü.go', line: 1, label: hostile},
  ],
  platforms: ['linux/386'],
  fixes: [{kind: 'safe', title: hostile, edits: [{file: 'a.go', start: 3, end: 5, text: hostile}]}],
}
const suppressed: Hazard = {...hazard, fingerprint: 'v1:1123456789abcdef01234567', suppressed: {by: 'comment', reason: hostile}}
const envelope: Envelope = {
  ...emptyEnvelope('check'),
  findings: [hazard, suppressed],
  notes: [{code: 'module-missing', message: hostile, path: hostile}],
}
const source = (_: string, line: number) => (line === 2 ? 'äöü\tabc \u001b[2J' : undefined)

// oxlint-disable-next-line no-control-regex -- the point
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

describe('text for a terminal', () => {
  test('has no control sequence, no bidi control, and no line that a name began', () => {
    const text = terminalText(findingText(hazard, source))
    expect(text).not.toMatch(controls)
    expect(text).not.toMatch(/^\s*::error::/m)
    expect(text.split('\n')).toHaveLength(6)
  })

  test('carets stand under the bytes of the span, also behind letters of two bytes and a tab', () => {
    const place = {role: 'primary' as const, file: 'a.go', line: 1, column: 8, endLine: 1, endColumn: 11}
    const lines = findingText({...hazard, platforms: [], places: [place]}, () => 'äöü\tabc').split('\n')
    expect(lines.slice(1, 3)).toEqual(['  | äöü    abc', '  |        ^^^'])
  })

  test('a line of a megabyte is cut around the span', () => {
    const place = {role: 'primary' as const, file: 'a.go', line: 1, column: 500_001, endLine: 1, endColumn: 500_004}
    const lines = findingText({...hazard, places: [place]}, () => `${'x'.repeat(500_000)}abc${'y'.repeat(500_000)}`).split('\n')
    expect(lines[1]!.length).toBeLessThan(200)
    expect(lines[1]!.slice(lines[2]!.indexOf('^'), lines[2]!.lastIndexOf('^') + 1)).toBe('abc')
  })

  test('begins as editors jump: file:line:col: message (id)', () => {
    const place = {role: 'primary' as const, file: 'a/b.go', line: 7, column: 3}
    expect(findingText({...hazard, what: 'it is wrong', platforms: [], fixes: [], places: [place]}).split('\n')[0]).toBe(
      'a/b.go:7:3: it is wrong (test-rule)',
    )
  })
})

describe('GitHub annotations', () => {
  test('one command a finding that is not suppressed, and none that a name began', () => {
    const lines = githubAnnotations([hazard, suppressed]).trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^::error file=d ir\/[^,]*,line=2,endLine=2,col=5,endColumn=8,title=test-rule::/)
    expect(lines[0]).not.toMatch(controls)
    expect(lines[0]).not.toContain('##[')
    expect(lines[0]!.match(/%0A::error/g), 'newlines stay escaped').not.toBeNull()
  })

  test('paths start at the checkout, where the run was below it', () => {
    expect(githubAnnotations([hazard], file => `service/${file}`)).toMatch(/^::error file=service\/d ir\//)
  })

  test('properties escape what would end them', () => {
    expect(githubProperty('a,b:c%\n')).toBe('a%2Cb%3Ac%25%0A')
    expect(githubMessage('a,b:c%\r\n')).toBe('a,b:c%25%0A')
  })
})

describe('JUnit', () => {
  test('is well-formed: every tag closes and no control character is left', () => {
    const xml = junitXml([hazard, suppressed])
    expect(xml.replaceAll('\n', '')).not.toMatch(controls)
    const open: string[] = []
    for (const [, close, name, rest] of xml.matchAll(/<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)\s*\/?>/g)) {
      if (close === '/') expect(open.pop()).toBe(name)
      else if (!xml.includes(`${name}${rest}/>`)) open.push(name!)
    }
    expect(open).toEqual([])
    expect(xml).not.toContain('<script>')
    expect(xml).toContain('tests="2" failures="1" skipped="1"')
  })

  test('a lone surrogate, which XML cannot hold, is made visible', () => {
    expect(escapeXml('a\ud800b\u0001<')).toBe('a\\u{d800}b\\u{1}&lt;')
  })

  test('no finding is a passing case', () => {
    expect(junitXml([])).toContain('tests="1" failures="0"')
  })
})

test('HTML: no tag, no attribute end, no bidi control', () => {
  expect(escapeHtml(hostile)).not.toMatch(/[<>"'\u202e\u2066\u001b]/)
})

/** What of SARIF 2.1.0 is written here, closed: a property that the standard does not have fails. Sections as in the standard. */
const text = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: {text: {type: 'string'}, markdown: {type: 'string'}},
} // 3.11, 3.12
const artifactLocation = {
  type: 'object',
  additionalProperties: false,
  properties: {uri: {type: 'string', pattern: "^[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$"}, uriBaseId: {type: 'string'}},
} // 3.4
const region = {
  type: 'object',
  additionalProperties: false,
  properties: {
    startLine: {type: 'integer', minimum: 1},
    startColumn: {type: 'integer', minimum: 1},
    endLine: {type: 'integer', minimum: 1},
    endColumn: {type: 'integer', minimum: 1},
    byteOffset: {type: 'integer', minimum: 0},
    byteLength: {type: 'integer', minimum: 0},
  },
} // 3.30
const location = {
  type: 'object',
  additionalProperties: false,
  properties: {
    id: {type: 'integer', minimum: 0},
    message: text,
    physicalLocation: {type: 'object', additionalProperties: false, required: ['artifactLocation'], properties: {artifactLocation, region}},
    logicalLocations: {
      type: 'array',
      items: {type: 'object', additionalProperties: false, properties: {fullyQualifiedName: {type: 'string'}}},
    },
  },
} // 3.28, 3.29, 3.33
const level = {enum: ['none', 'note', 'warning', 'error']}
const ownSchema = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: {type: 'string'},
    version: {const: '2.1.0'},
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool'],
        additionalProperties: false,
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                additionalProperties: false,
                properties: {
                  name: {type: 'string'},
                  version: {type: 'string'},
                  semanticVersion: {type: 'string'},
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: {
                        id: {type: 'string'},
                        shortDescription: text,
                        help: text,
                        defaultConfiguration: {type: 'object', additionalProperties: false, properties: {level}},
                      },
                    },
                  },
                },
              },
            },
          },
          columnKind: {enum: ['utf16CodeUnits', 'unicodeCodePoints']},
          originalUriBaseIds: {
            type: 'object',
            additionalProperties: {type: 'object', additionalProperties: false, properties: {description: text}},
          },
          invocations: {
            type: 'array',
            items: {
              type: 'object',
              required: ['executionSuccessful'],
              additionalProperties: false,
              properties: {
                executionSuccessful: {type: 'boolean'},
                toolExecutionNotifications: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['message'],
                    additionalProperties: false,
                    properties: {
                      level,
                      message: text,
                      descriptor: {type: 'object', additionalProperties: false, properties: {id: {type: 'string'}}},
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              additionalProperties: false,
              properties: {
                ruleId: {type: 'string'},
                ruleIndex: {type: 'integer', minimum: -1},
                level,
                message: text,
                locations: {type: 'array', items: location},
                relatedLocations: {type: 'array', uniqueItems: true, items: location},
                partialFingerprints: {type: 'object', additionalProperties: {type: 'string'}},
                suppressions: {
                  type: 'array',
                  uniqueItems: true,
                  items: {
                    type: 'object',
                    required: ['kind'],
                    additionalProperties: false,
                    properties: {
                      kind: {enum: ['inSource', 'external']},
                      status: {enum: ['accepted', 'underReview', 'rejected']},
                      justification: {type: 'string'},
                    },
                  },
                },
                fixes: {
                  type: 'array',
                  uniqueItems: true,
                  items: {
                    type: 'object',
                    required: ['artifactChanges'],
                    additionalProperties: false,
                    properties: {
                      description: text,
                      artifactChanges: {
                        type: 'array',
                        minItems: 1,
                        items: {
                          type: 'object',
                          required: ['artifactLocation', 'replacements'],
                          additionalProperties: false,
                          properties: {
                            artifactLocation,
                            replacements: {
                              type: 'array',
                              minItems: 1,
                              items: {
                                type: 'object',
                                required: ['deletedRegion'],
                                additionalProperties: false,
                                properties: {deletedRegion: region, insertedContent: text},
                              },
                            },
                          },
                        },
                      },
                    },
                  },
                },
                properties: {type: 'object'},
              },
            },
          },
        },
      },
    },
  },
}

describe('SARIF', () => {
  const rule = {id: 'test-rule', title: hostile, severity: 'error' as const, page: `# page\n\n${hostile}`}
  const json = sarifJson(envelope, [{...rule, id: 'unused'}, rule], source)
  const log = JSON.parse(json) as unknown as {runs: {results: Record<string, unknown>[]; tool: {driver: {rules: {id: string}[]}}}[]}

  test('holds to the standard, for hostile findings and for none', () => {
    const valid = new Ajv({strict: false}).compile(ownSchema)
    expect(valid(log), JSON.stringify(valid.errors)).toBe(true)
    expect(valid(JSON.parse(sarifJson(emptyEnvelope('check'), [], source)))).toBe(true)
  })

  // OASIS publishes the schema; a Go module that many tools use carries a copy, and where it lies in the module cache it is asked too.
  const copy = `${process.env['GOMODCACHE'] ?? `${homedir()}/go/pkg/mod`}/github.com/owenrumney/go-sarif/v3@v3.3.1/pkg/report/v210/sarif/schema.go`
  test.skipIf(!existsSync(copy))(
    'is valid against the OASIS schema [needs github.com/owenrumney/go-sarif/v3@v3.3.1 in the module cache]',
    () => {
      const schemaText = /`([^`]*)`/.exec(readFileSync(copy, 'utf8'))?.[1] ?? ''
      const {$schema: _, id: __, ...schema} = JSON.parse(schemaText) as Record<string, unknown>
      const ajv = new Ajv({strict: false, validateFormats: false})
      const valid = ajv.compile(schema)
      expect(valid(log), JSON.stringify(valid.errors)).toBe(true)
      expect(valid({version: '2.1.0', runs: [{tool: {}}]}), 'the schema can say no').toBe(false)
    },
  )

  test('columns are UTF-16 units, not bytes, and left out where the line is not at hand', () => {
    const [result] = log.runs[0]!.results
    expect(result!['locations']).toMatchObject([{physicalLocation: {region: {startLine: 2, startColumn: 3, endLine: 2, endColumn: 5}}}])
    expect(result!['relatedLocations']).toMatchObject([
      {physicalLocation: {region: {startLine: 1}, artifactLocation: {uri: 'file:///abs/%C3%BC.go'}}},
    ])
  })

  test('suppressions are on every result, partial fingerprints too, and only rules that fired are listed', () => {
    const {results, tool} = log.runs[0]!
    expect(results.map(result => (result['suppressions'] as {kind: string}[]).map(one => one.kind))).toEqual([[], ['inSource']])
    expect(results.map(result => result['partialFingerprints'])).toEqual([
      {'gotriage/v1': '0123456789abcdef01234567'},
      {'gotriage/v1': '1123456789abcdef01234567'},
    ])
    expect(tool.driver.rules.map(one => one.id)).toEqual(['test-rule'])
  })

  test('places, related places and edits are paths from the root of the repository', () => {
    const moved = sarifJson(envelope, [], source, file => (file.startsWith('/') ? file : `service/${file}`))
    const uris = [...moved.matchAll(/"uri": "([^"]*)"/g)].map(([, uri = '']) => uri)
    expect(uris.length).toBeGreaterThan(2)
    expect(uris.filter(uri => !uri.startsWith('service/') && !uri.startsWith('file:///'))).toEqual([])
    expect(uris.filter(uri => uri.startsWith('service/')).length).toBeGreaterThan(1)
  })

  test('messages hold no link and no control character; paths become URI references', () => {
    expect(sarifText('[x](javascript:y) \\')).toBe('\\[x\\](javascript:y) \\\\')
    expect(sarifText(hostile).replaceAll('\n', '')).not.toMatch(controls)
    expect(sarifUri('a b/ü#?.go')).toBe('a%20b/%C3%BC%23%3F.go')
    expect(sarifUri('C:/x.go')).toBe('file:///C:/x.go')
    expect(sarifUri('a\ud800.go')).toBe('a%EF%BF%BD.go')
  })
})
