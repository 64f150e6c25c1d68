import {readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {checkout, corpus, describeNeeding} from '../base/testing/needs.ts'
import {defaultProfileConfig, ownCommands, parseProfileFlags, patternCommands, plainCommands} from './profile-flags.ts'
import {diffText, profileDiff} from './profile-diff.ts'
import {exportProfile} from './profile-export.ts'
import {terminalFlame, flameTree} from './profile-flame.ts'
import {profileShell} from './profile-shell.ts'
import {profileHelp} from './profile-shell-help.ts'
import {loadProfile, profileReport} from './profile.ts'
import {fileHost} from './testing/file-host.ts'
import {everyPair, flagPairs, largeProfile, singleFlags} from './testing/pprof-flags.ts'
import {compare, corpusProfiles, knownDifference} from './testing/pprof-oracle.ts'
import {OurSession, theirSession, theirShell, usingTheirSession} from './testing/pprof-session.ts'

const root = checkout.replace(/\/$/, '')
const fixture = (name: string) => `${root}/fixtures/profiles/${name}`
const notes: string[] = []
const context = {host: fileHost(root), task: {}, note: (line: string) => void notes.push(line)}
const terminal = {columns: 80, color: false}
/** What the toolchain's pprof takes for a line only once it is spelled out. */
const lineAsSetting: Readonly<Record<string, string>> = {alloc_space: 'sample_index=alloc_space', flat: 'sort=flat'}

async function report(...args: string[]): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of profileReport(parseProfileFlags(args), context)) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString()
}

/** Runs both pprofs; what differs though pprof agrees with itself. */
async function differences(runs: readonly (readonly string[])[]): Promise<string[]> {
  const different: string[] = []
  for (const args of runs) {
    const result = await compare(args, root)
    if (!result.same && !result.unstable) different.push(`${args.join(' ')}\n${result.difference}`)
  }
  return different
}

/** Every nth, from an offset: a sample of the full comparison that `npm run conformance -- pprof` makes. */
const every = <T>(items: readonly T[], n: number, offset: number): T[] => items.filter((_, index) => index % n === offset % n)

describeNeeding('go', 'reports beside go tool pprof', () => {
  const files = readdirSync(fixture('')).map(name => fixture(name))

  it('are the same bytes for our own captures of every kind', async () => {
    const runs = files.flatMap((file, index) => every(singleFlags(file, files), 14, index).map(args => [...args, file]))
    expect((await differences(runs)).filter(text => !knownDifference.test(text))).toEqual([])
  }, 240_000)

  it('are the same bytes for captures of what few programs have', async () => {
    const rare = readdirSync(`${root}/fixtures/rare-profiles`).map(name => `${root}/fixtures/rare-profiles/${name}`)
    const runs = rare.flatMap((file, index) => every(singleFlags(file, rare), 14, index).map(args => [...args, file]))
    expect(await differences(runs)).toEqual([])
  }, 240_000)

  it('are the same bytes where labels hold tabs and ends of lines', async () => {
    expect(
      await differences(['labels.pb.gz', 'labelled-leaks.debug1.txt'].map(name => ['-tags', `${root}/fixtures/rare-profiles/${name}`])),
    ).toEqual([])
  }, 60_000)

  it('have edges of opposite signs in an order that pprof prints too', async () => {
    const result = await compare(['-tree', `${root}/fixtures/rare-profiles/goroutine-delta.pb.gz`], root)
    expect(result.same || result.among).toBe(true)
  }, 60_000)

  it('are the same bytes with pairs of flags', async () => {
    const runs = files.flatMap((file, index) => flagPairs(file, files, 2, index).map(args => [...args, file]))
    expect((await differences(runs)).filter(text => !knownDifference.test(text))).toEqual([])
  }, 240_000)

  it('are the same bytes for frames of labels at both ends, which get their ids root first', async () => {
    const frames = ['-tagroot=bytes,route,endpoint', '-tagleaf=route,bytes', fixture('heap.pb.gz')]
    expect(
      await differences([
        ['-raw', ...frames],
        ['-proto', ...frames],
      ]),
    ).toEqual([])
  }, 60_000)

  it('are the same bytes in a session that makes many of them', async () => {
    const different: string[] = []
    for (const [index, file] of files.entries()) {
      const pairs = everyPair(file, files, 40, index).filter(pair => pair.session && pair.load.length === 1)
      const outputs = await theirSession([file], pairs, root)
      const session = new OurSession([file], root)
      for (const [at, pair] of pairs.entries()) {
        const [mine, other] = [await session.run(pair), outputs[at]]
        // What differs or is refused is asked again by the command line.
        if (mine === undefined || other?.equals(mine) !== true) different.push(...(await differences([[pair.report, ...pair.flags, file]])))
      }
    }
    expect(different).toEqual([])
  }, 240_000)

  it('are asked of the command line where a session does not answer in its time', async () => {
    const runs = [
      {report: '-top', flags: ['-cum']},
      {report: '-tags', flags: []},
      {report: '-list=nothing of that name', flags: []},
    ]
    const file = fixture('cpu.pb.gz')
    const inTime = await theirSession([file], runs, root)
    expect(await usingTheirSession([file], runs, root, bytes => bytes, undefined, 1)).toEqual(inTime)
    expect(inTime.map(bytes => bytes !== undefined)).toEqual([true, true, false])
  }, 60_000)

  it('are the same bytes from line to line in the shell', async () => {
    const lines = [
      'top',
      'top3',
      'top 5 -cum',
      'focus=main',
      'top',
      'peek keep',
      'list main.keep',
      'hide=runtime',
      'sort=cum',
      'tree',
      ':',
      'hide=',
      'granularity=lines',
      'top20 main -keep',
      'alloc_space',
      'flat',
      'top3 -cum',
      'granularity=functions',
      'unit=kb',
      'top',
      'traces',
      'tags',
      'dot 10',
      'comments',
    ]
    const expected = await theirShell(
      fixture('heap.pb.gz'),
      lines.map(line => lineAsSetting[line] ?? line),
      root,
    )
    const shell = await profileShell(parseProfileFlags(['-symbolize=none', fixture('heap.pb.gz')]), context, terminal)
    for (const [index, line] of lines.entries()) expect([line, await shell.answer(line)]).toEqual([line, expected[index]])
  })

  describeNeeding('corpus', 'on profiles that nobody here made', () => {
    const profiles = () => corpusProfiles(corpus).filter(file => !largeProfile.test(file))

    it('are the same bytes with each flag', async () => {
      const known = profiles()
      const runs = known.flatMap((file, index) => every(singleFlags(file, known), 15, index).map(args => [...args, file]))
      expect((await differences(runs)).filter(text => !knownDifference.test(text))).toEqual([])
    }, 240_000)

    it('are the same bytes where pprof shortens a source path for each graph it makes', async () => {
      const file = `${corpus}pprof-cpu/go-pgo__devirt.pprof`
      const runs = [
        ['-dot', '-lines'],
        ['-dot', '-addresses'],
        ['-tree', '-filefunctions'],
      ]
      expect(await differences(runs.map(flags => [...flags, '-source_path=/usr/local/go/src', file]))).toEqual([])
    }, 60_000)

    it('are the same bytes where nodes of a tree are of one place and score the same, whose order is that of the swaps of the sort', async () => {
      const [objects, space] = ['objects', 'space_delta'].map(name => `${corpus}pprof-heap/parca__pkg_query_testdata_alloc_${name}.pb.gz`)
      const result = await compare(['-dot', '-call_tree', objects!, space!], root)
      expect([result.same, result.difference]).toEqual([true, ''])
    }, 60_000)

    it('are the same bytes with pairs of flags', async () => {
      const known = profiles()
      const runs = known.flatMap((file, index) => flagPairs(file, known, 2, index).map(args => [...args, file]))
      expect((await differences(runs)).filter(text => !knownDifference.test(text))).toEqual([])
    }, 240_000)
  })
})

/** Options of `go tool pprof -h` (Go 1.26) that take a value or turn something on. */
const namedByPprof = [
  'call_tree compact_labels divide_by drop_negative edgefraction focus hide ignore intel_syntax mean nodecount nodefraction noinlines output prune_from',
  'relative_percentages sample_index show show_from showcolumns source_path tagfocus taghide tagignore tagleaf tagroot tagshow trim trim_path unit',
  'seconds timeout buildid add_comment diff_base base symbolize tls_cert tls_key tls_ca no_browser tools',
].flatMap(line => line.split(' '))

describe('profile flags', () => {
  it('take one dash or two, values with = or behind, and switches that can be turned off', () => {
    const {config, files, command} = parseProfileFlags(['top', '--cum', '-nodecount', '5', '-focus=a=b', '-trim=false', 'x.pb.gz'])
    expect({command, files, sort: config.sort, count: config.nodecount, focus: config.focus, trim: config.trim}).toEqual({
      command: 'top',
      files: ['x.pb.gz'],
      sort: 'cum',
      count: 5,
      focus: 'a=b',
      trim: false,
    })
  })

  it.each([
    [['-nosuch=1', 'x']],
    [['top', '-nodecount=x', 'f']],
    [['peek']],
    [['-top', '-tree', 'f']],
    [['-lines', '-files', '-top', 'f']],
    [['top', '-granularity=line', 'f']],
    [['top', '-sort=name', 'f']],
    [['top', '-nodecount=08', 'f']],
    [['top', '-nodefraction=0x1', 'f']],
    [['top', '-divide_by=1 ', 'f']],
  ])('refuse %j', args => {
    expect(() => parseProfileFlags(args)).toThrow()
  })

  it.each([
    ['nodecount', '0x10', 16],
    ['nodecount', '-010', -8],
    ['nodecount', '+0b101', 5],
    ['nodefraction', '.5', 0.5],
    ['nodefraction', '1.e-2', 0.01],
    ['divide_by', '0x1.8p-2', 0.375],
    ['divide_by', '-Inf', -Infinity],
  ] as const)('take numbers as Go reads them: -%s=%s', (name, text, value) => {
    expect(parseProfileFlags(['top', `-${name}=${text}`, 'f']).config[name]).toBe(value)
  })

  it.each([
    ['-png', 'f'],
    ['-disasm=main', 'f'],
    ['-weblist', 'main', 'f'],
    ['-web', 'f'],
    ['-http=:8080', 'f'],
    ['kcachegrind', 'f'],
  ])('of pprof that are not made here are refused with what to do instead: %s', (...args) => {
    expect(() => parseProfileFlags(args)).toThrow(/^(?:-|profile )\w+ is not made here: it /)
  })

  it('know every flag that go tool pprof names', () => {
    const values = new Set(['divide_by', 'edgefraction', 'nodecount', 'nodefraction'])
    const switches =
      /^(?:call_tree|compact_labels|drop_negative|intel_syntax|mean|noinlines|relative_percentages|showcolumns|trim|no_browser)$/
    for (const name of namedByPprof) {
      const args = switches.test(name) ? [`-${name}`] : [`-${name}=${values.has(name) ? 3 : 'x'}`]
      expect(() => parseProfileFlags(['top', ...args, 'f']), name).not.toThrow()
    }
  })
})

describe('profile diff', () => {
  const diff = async (...args: string[]) => profileDiff(parseProfileFlags(['diff', ...args]), context)

  it('says that main.keep grew by more than noise', async () => {
    const result = await diff(fixture('heap-before.pb.gz'), fixture('heap.pb.gz'))
    expect(result.moved.map(c => c.name)).toEqual(['main.keep'])
    expect(diffText(result)).toMatch(
      /^inuse_space: 14\.36MB → 24\.47MB \(\+10\.11MB, \+70\.4 %\) \(noise ±8\.81MB\); more than sampling noise\./,
    )
  })

  it('says nothing moved between a profile and itself', async () => {
    const result = await diff(fixture('heap.pb.gz'), fixture('heap.pb.gz'))
    expect(result.moved).toEqual([])
    expect(diffText(result)).toContain('No function moved by more than noise.')
  })

  it('does not speak of noise where things are counted', async () => {
    const result = await diff(fixture('goroutine.pb.gz'), fixture('goroutine.pb.gz'))
    expect(diffText(result)).toMatch(/^goroutine: (\d+) → \1 \(\+0, \+0\.0 %\); the same\./)
  })

  it('compares what the filters leave, at the granularity and in the unit that were asked for', async () => {
    const files = [fixture('heap-before.pb.gz'), fixture('heap.pb.gz')]
    const lines = await diff('-lines', '-focus=main.keep', '-unit=kB', ...files)
    expect(lines.moved.map(c => c.name)).toEqual([expect.stringMatching(/^main\.keep .*main\.go:33$/)])
    expect(diffText(lines)).toMatch(/^inuse_space: 14706kB → 25054\.66kB /)
    expect((await diff('-ignore=main.keep', ...files)).moved).toEqual([])
    await expect(diff('-divide_by=2', ...files)).rejects.toThrow('profile diff takes no -divide_by')
    await expect(diff(`-base=${files[0]}`, ...files)).rejects.toThrow('profile diff takes no -base')
  })

  it('takes names from the comments of a text, so that it can be compared with a profile that has them', async () => {
    const files = [fixture('goroutine.debug1.txt'), fixture('goroutine.pb.gz')]
    const through = async (...flags: string[]) => (await diff(...flags, ...files)).through.map(c => c.name)
    // runtime/pprof writes no comment for the frames of the runtime that a goroutine waits in (printStackRecord).
    expect(await through()).not.toContain('main.leak.func1')
    expect(await through('-symbolize=none')).toContain('main.leak.func1')
  })

  it('says that a difference has more noise than its values tell', async () => {
    const delta = await exportProfile(parseProfileFlags(['proto', `-base=${fixture('heap.pb.gz')}`, fixture('heap-before.pb.gz')]), context)
    const source = await import('../base/byte-source.ts').then(m => m.memorySource('delta', delta))
    const host = {...context.host, open: (path: string) => (path === 'delta' ? Promise.resolve(source) : context.host.open(path))}
    const request = parseProfileFlags(['diff', '-sample_index=alloc_space', fixture('heap.pb.gz'), 'delta'])
    expect(diffText(await profileDiff(request, {...context, host}))).toContain('One of them is a difference already')
    expect(diffText(await diff(fixture('heap-before.pb.gz'), fixture('heap.pb.gz')))).not.toContain('difference already')
  })

  it('calls nothing new or gone whose weight is below zero in a difference, and gives no share of it', async () => {
    const rare = (name: string) => `${root}/fixtures/rare-profiles/${name}-delta.pb.gz`
    const text = diffText(await diff(rare('heap'), rare('allocs')))
    expect(text).toMatch(/^inuse_space: -1\.52MB → 1\.08MB \(\+2\.60MB\) \(noise ±2\.28MB\);/)
    expect(text).toContain('main.recursion.func1: -3.14MB → 0\n')
    expect(text).not.toMatch(/: (?:new|gone)/)
  })

  it('names callers that changed alike once, behind the innermost of them', async () => {
    const {paths, through} = await diff(fixture('heap-before.pb.gz'), fixture('heap.pb.gz'))
    expect(paths.map(path => path.map(change => change.name))).toEqual([['main.keep', 'main.main', 'runtime.main']])
    expect(through.map(change => change.name).toSorted()).toEqual(['main.keep', 'main.main', 'runtime.main'])
  })

  it('says why there is no noise for numbers of objects', async () => {
    const result = await diff('-sample_index=alloc_objects', fixture('heap-before.pb.gz'), fixture('heap.pb.gz'))
    expect(diffText(result)).toContain('Allocations are sampled by their bytes')
  })

  describeNeeding('corpus', 'of profiles that nobody here made', () => {
    const between = async (folder: string, before: string, after: string) =>
      diff(`${corpus}${folder}/${before}`, `${corpus}${folder}/${after}`)

    it('says that one map took the place of another while the total stayed within noise', async () => {
      const result = await between('pprof-heap', 'concurrentmap__heap1.pprof', 'concurrentmap__heap2.pprof')
      expect(diffText(result)).toMatch(/^inuse_space: 10\.31MB → 13\.63MB .*no more than sampling noise\./)
      expect(result.moved.map(c => [c.name.replace(/\[.*\]/, '[…]'), Math.sign(c.after - c.before)])).toEqual([
        ['main.(*ConcurrentMap[…]).Set', 1],
        ['github.com/orcaman/concurrent-map/v2.ConcurrentMap[…].Set', -1],
      ])
    })

    it('says how many functions chance alone would name', async () => {
      const result = await between('pprof-cpu', 'profefe__testdata_collector_cpu_1.prof', 'profefe__testdata_collector_cpu_2.prof')
      expect(result.moved.map(c => c.name)).toContain('syscall.syscall')
      expect(diffText(result)).toContain('By chance alone some 2 of the 51 functions')
      expect(diffText(result)).toMatch(/pkg\/profile\.\(\*Repository\)\.CreateProfile: 6\.06s → 4\.30s, and 7 more alike \(such as [^)]*\(/)
    })

    it('names the arena that a start allocates', async () => {
      const result = await between('pprof-heap', 'parca-many__1644509272337470000.pb.gz', 'parca-many__1644509299337903000.pb.gz')
      expect(result.moved.map(c => c.name)).toEqual(['github.com/dgraph-io/badger/v3/skl.newArena'])
      expect(diffText(result)).toContain('; more than sampling noise.')
    })

    it('says that the noise of blocking is not known', async () => {
      const result = await between('pprof-block-mutex', 'fastdelta__block.before.pprof', 'fastdelta__block.after.pprof')
      expect(diffText(result)).toContain('noise cannot be told from change')
    })
  })

  it('does not compare bytes with nanoseconds', async () => {
    await expect(diff(fixture('heap.pb.gz'), fixture('cpu.pb.gz'))).rejects.toThrow('cannot be compared')
  })
})

describe('a file that is no profile', () => {
  it('is named, with what is known of it and where it stops to fit', async () => {
    await expect(report('top', `${root}/package.json`)).rejects.toThrow(
      /package\.json: no profile of a known format \(as profile\.proto: .* at byte \d+\)$/,
    )
    notes.length = 0
    await report('top', fixture('heap.pb.gz'), `${root}/package.json`, `${root}/nothing.pb.gz`)
    expect(notes).toEqual([
      expect.stringMatching(/package\.json: no profile of a known format/),
      expect.stringMatching(/^"[^"]*nothing\.pb\.gz" does not exist$/),
      'Fetched 1 source profiles out of 3',
    ])
  })

  it('is not a text whose addresses have no names, which is said', async () => {
    notes.length = 0
    await report('top', fixture('heap.debug1.txt'))
    expect(notes).toContainEqual(expect.stringContaining('-symbolize=comments'))
    notes.length = 0
    await report('top', '-symbolize=comments', fixture('heap.debug1.txt'))
    expect(notes).toEqual([])
  })
})

describe('a report with nothing in it', () => {
  it('is said to be one on the side, and its bytes are those of pprof', async () => {
    for (const [command, why] of [
      ['tags', 'no sample has a label that is shown'],
      ['comments', 'the profile has no comments'],
    ] as const) {
      notes.length = 0
      expect([command, await report(command, fixture('mutex.pb.gz')), notes]).toEqual([command, '', [why]])
    }
  })
})

describe('a profile without samples', () => {
  it('gives the report that pprof gives, and a note that says so', async () => {
    notes.length = 0
    const empty = Uint8Array.of(0x0a, 0x00, 0x32, 0x00)
    const host = {...context.host, open: () => import('../base/byte-source.ts').then(m => m.memorySource('empty', empty))}
    for await (const part of profileReport(parseProfileFlags(['top', 'empty']), {...context, host})) expect(part.length).toBeGreaterThan(0)
    expect(notes).toContain('empty: the profile holds no samples')
  })
})

describe('profile exports', () => {
  const exported = async (...args: string[]) => Buffer.from(await exportProfile(parseProfileFlags(args), context))

  it('writes a profile.proto that says the same as the one read', async () => {
    for (const name of ['cpu.pb.gz', 'heap.pb.gz', 'mutex.pb.gz']) {
      const bytes = await exported('proto', fixture(name))
      const host = {...context.host, open: () => import('../base/byte-source.ts').then(m => m.memorySource('again', bytes))}
      const parts: Buffer[] = []
      for await (const part of profileReport(parseProfileFlags(['raw', 'again']), {...context, host})) parts.push(Buffer.from(part))
      expect(Buffer.concat(parts).toString()).toBe(await report('raw', fixture(name)))
    }
  })

  it('folds stacks with their weights and reads them back', async () => {
    const folded = await exported('folded', fixture('heap.pb.gz'))
    expect(folded.toString()).toMatch(/^runtime\.main;main\.main;main\.keep \d+$/m)
    const host = {...context.host, open: () => import('../base/byte-source.ts').then(m => m.memorySource('x', folded))}
    const again = await loadProfile(parseProfileFlags(['top', 'x']), {...context, host})
    expect(again.functionName).toContain('main.keep')
  })

  it('writes what speedscope reads: frames, and as many weights as samples', async () => {
    const json = JSON.parse((await exported('speedscope', fixture('cpu.pb.gz'))).toString()) as {
      shared: {frames: {name: string}[]}
      profiles: {samples: number[][]; weights: number[]; endValue: number}[]
    }
    const [profile] = json.profiles
    expect(profile?.samples.length).toBe(profile?.weights.length)
    expect(profile?.endValue).toBe(610_000_000)
    expect(json.shared.frames.map(f => f.name)).toContain('main.hash')
  })

  it('draws DOT and SVG', async () => {
    expect(await report('dot', fixture('cpu.pb.gz'))).toMatch(/^digraph "profiles" \{[\s\S]*N1 \[label=[\s\S]*-> N[\s\S]*\}\n$/)
    expect((await exported('svg', fixture('cpu.pb.gz'))).toString()).toMatch(/^<svg [\s\S]*main\.hash[\s\S]*<\/svg>\n$/)
  })
})

describe('the flame graph of the terminal', () => {
  it('has a row for each level, none wider than the terminal', async () => {
    const text = terminalFlame(await flameTree(parseProfileFlags(['flame', fixture('cpu.pb.gz')]), context), 80, false)
    const lines = text.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^cpu 610ms/)
    expect(lines[1]).toMatch(/^runtime\.main/)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('the flame graph of the terminal where there is little room', () => {
  const treeOf = async (text: string) => {
    const host = {...context.host, open: () => import('../base/byte-source.ts').then(m => m.memorySource('x', Buffer.from(text)))}
    return flameTree(parseProfileFlags(['flame', 'x']), {...context, host})
  }

  it('cuts the path of a package and type arguments before the name of a function', async () => {
    const tree = await treeOf('main.main;example.com/a/very/long/path.(*Map[string,example.com/other/path.Value]).Set 1\n')
    expect(terminalFlame(tree, 30, false).split('\n')[2]).toBe('path.(*Map[...]).Set·········|')
  })

  it('gives every frame its columns in colour, also those that are one wide', async () => {
    const text = terminalFlame(await treeOf('a;b 6\na;c 3\na;d 1\n'), 10, true)
    expect(text.split('\n')[2]).toBe(
      '\u001b[30;48;5;215mb     \u001b[0m\u001b[30;48;5;222mc  \u001b[0m\u001b[30;48;5;215md\u001b[0m'.replace('md\u001b', 'm \u001b'),
    )
  })

  it('ends where no frame is wide enough for a letter', async () => {
    const lines = terminalFlame(await treeOf('a 99\na;b;c;d 1\n'), 100, false)
      .trimEnd()
      .split('\n')
    expect(lines.length).toBe(3)
    expect(lines[2]).toMatch(/^3 deeper rows are not shown/)
  })

  it('says how many rows it leaves out', async () => {
    const tree = await treeOf(`${Array.from({length: 60}, (_, n) => `f${n}`).join(';')} 1\n`)
    const lines = terminalFlame(tree, 60, false).trimEnd().split('\n')
    expect(lines.length).toBe(41)
    expect(lines[40]).toMatch(/^21 deeper rows are not shown/)
    expect(lines[40]!.length).toBeLessThanOrEqual(60)
  })
})

describe('profile --help', () => {
  it('names every flag of pprof that changes a report', () => {
    const help = profileHelp().join('\n')
    for (const name of Object.keys(defaultProfileConfig).filter(each => each !== 'sort' && each !== 'granularity'))
      expect(help).toContain(` -${name} `)
    for (const name of ['cum', 'lines', 'base', 'diff_base', 'addresses']) expect(help).toMatch(new RegExp(` -${name}\\b`))
  })
})

describe('the shell', () => {
  const shellOf = (...args: string[]) => profileShell(parseProfileFlags(args), context, terminal)

  it('starts with what the command line set, and lets a line change it', async () => {
    const shell = await shellOf('-lines', '-nodecount=2', '-sample_index=alloc_space', fixture('heap.pb.gz'))
    expect(await shell.answer('top')).toMatch(/Showing top 2 nodes[\s\S]*main\.go:\d+/)
    expect(await shell.answer('granularity=functions')).toBe('')
    expect(await shell.answer('top 1')).not.toMatch(/\.go:\d+/)
    expect(await shell.answer('inuse_objects')).toBe('')
    expect(await shell.answer('o')).toMatch(/sample_index +=.*inuse_objects/)
    expect(await shell.answer('mean_inuse_space')).toBe('')
    expect(await shell.answer('o')).toMatch(/ mean +=.*true[\s\S]*sample_index +=.*inuse_space/)
  })

  it('puts pages, pictures and profiles into files, and any report where > says', async () => {
    const shell = await shellOf(fixture('cpu.pb.gz'))
    expect(await shell.answer('svg')).toMatchObject({file: expect.stringMatching(/^profile\d{3}\.svg$/) as string})
    expect(await shell.answer('html >page.html')).toMatchObject({file: 'page.html'})
    const top = await shell.answer('top 3 > top.txt')
    expect(top).toEqual({file: 'top.txt', bytes: new TextEncoder().encode((await shell.answer('top3')) as string)})
    expect(await shell.answer('top >')).toContain('unexpected end of line')
  })

  it('says what to write instead of what it does not understand', async () => {
    const shell = await shellOf(fixture('cpu.pb.gz'))
    expect(await shell.answer('focus main')).toMatch(/^did you mean focus=main\?/)
    expect(await shell.answer('focus')).toBe('please specify a value: focus=VALUE\n')
    expect(await shell.answer('png')).toContain('drawn by Graphviz')
    expect(await shell.answer('diff a b')).toContain('profile diff BEFORE AFTER')
    expect(await shell.answer('peek')).toContain('requires an argument')
    expect(await shell.answer('sample_index=nothing')).toContain('must be one of: [samples cpu]')
    expect(await shell.answer('sort=name')).toContain('flat, cum')
    expect(await shell.answer('top (')).toContain('regexp')
    expect(await shell.answer('help list')).toMatch(/^list regex/)
    expect(await shell.answer('help lines')).toContain('functions, filefunctions, files, lines, addresses')
    expect(await shell.answer('help nothing')).toContain('no command and no setting')
  })

  it('completes commands, settings with their values and the names of functions', async () => {
    const shell = await shellOf(fixture('cpu.pb.gz'))
    expect(shell.complete('fol')).toEqual([['folded'], 'fol'])
    expect(shell.complete('granu')).toEqual([['granularity='], 'granu'])
    expect(shell.complete('peek main.ha')).toEqual([['main.hash'], 'main.ha'])
    expect(shell.complete('top -main.ha')).toEqual([['-main.hash'], '-main.ha'])
    expect(shell.complete('help li')).toEqual([['list', 'lines'], 'li'])
    expect(shell.complete('pe')).toEqual([['peek '], 'pe'])
    expect(shell.complete('focus=main.ha')).toEqual([['focus=main.hash'], 'focus=main.ha'])
    expect(shell.complete('focus=')).toEqual([[], 'focus='])
    expect(shell.complete('sort=')).toEqual([['sort=flat', 'sort=cum'], 'sort='])
    expect(shell.complete('sample_index=c')).toEqual([['sample_index=cpu'], 'sample_index=c'])
    expect(shell.complete('unit=x')).toEqual([[], 'unit=x'])
    const [[name = '']] = shell.complete('list (*')
    expect(await shell.answer(`peek ${name}`)).not.toContain('no matches')
  })

  it('describes every command and every setting', async () => {
    const shell = await shellOf(fixture('cpu.pb.gz'))
    for (const name of [
      ...plainCommands,
      ...patternCommands,
      ...ownCommands.filter(own => own !== 'diff'),
      ...Object.keys(defaultProfileConfig),
    ])
      expect(await shell.answer('help'), name).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  it('keeps settings from line to line', async () => {
    const shell = await shellOf(fixture('cpu.pb.gz'))
    expect(shell.greeting).toContain('Type: cpu')
    expect(await shell.answer('focus=main.hash')).toBe('')
    expect(await shell.answer('top3 -cum')).toMatch(/focus=main\.hash[\s\S]*main\.hash/)
    expect(await shell.answer(':')).toBe('')
    expect(await shell.answer('top')).not.toContain('Active filters')
    expect(await shell.answer('list nothing-like-it')).toContain('no matches found')
    expect(await shell.answer('frobnicate')).toContain('unrecognized command')
    expect(await shell.answer('q')).toBeUndefined()
  })
})
