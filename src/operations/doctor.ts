// `gotriage doctor`: what of this machine works for gotriage, what does not, and how to mend it. Reads and asks, changes nothing.
import type {Processes} from '../base/processes.ts'
import type {Task} from '../base/progress.ts'
import {checkpoint} from '../base/progress.ts'
import {emptyEnvelope, type Envelope} from '../findings/envelope.ts'
import {findFonts} from '../render/png/fonts.ts'
import {Renderer} from '../render/graphviz/renderer.ts'
import {kernelChecks} from './doctor-kernel.ts'

export interface DoctorCheck {
  readonly id: string
  /** `off`: works without it, with less. */
  readonly status: 'ok' | 'off' | 'broken'
  /** What was found, one clause. */
  readonly what: string
  /** What to do; only where something is to be done. */
  readonly mend?: string
}

/** Asks one program; nothing it prints is trusted beyond its first line. */
export type Ask = (command: readonly string[]) => Promise<{readonly code: number | undefined; readonly text: string} | undefined>

const programMs = 5000
const outputBytesMax = 1 << 20

const asker =
  (processes: Processes): Ask =>
  async command => {
    const ran = await processes.run?.(command, {timeoutMs: programMs, outputBytesMax})
    return ran && {code: ran.code, text: `${ran.stdout}${ran.stderr}`.trim()}
  }

export async function doctor(processes: Processes, task: Task): Promise<readonly DoctorCheck[]> {
  const ask = asker(processes)
  const groups: readonly (() => Promise<readonly DoctorCheck[]>)[] = [
    graphvizChecks,
    () => Promise.resolve(fontChecks()),
    () => nativeChecks(ask),
    () => goChecks(ask),
    () => kernelChecks(processes, ask),
  ]
  const checks: DoctorCheck[] = []
  for (const [i, group] of groups.entries()) {
    checkpoint(task)
    checks.push(...(await group()))
    task.progress?.('looking', i + 1, groups.length)
  }
  return checks
}

/** Text of each script a label may hold; a font for one character of a script has nearly always the others. */
const scripts = {Latin: 'Ag', Chinese: '中文', Japanese: 'かな', Korean: '한', Arabic: 'عر', Cyrillic: 'Жж', emoji: '😀'} as const

function fontChecks(): readonly DoctorCheck[] {
  const fonts = findFonts()
  const without = Object.entries(scripts).filter(([, text]) => fonts.missing(text).length > 0)
  const names = without.map(([name]) => name).join(', ')
  if (without.length === 0)
    return [{id: 'fonts', status: 'ok', what: `${fonts.files.length} font files have ${Object.keys(scripts).join(', ')}`}]
  return [
    {
      id: 'fonts',
      status: 'off',
      what: `${fonts.files.length} font files; none has ${names}; SVG is not concerned, a PNG with such text is refused`,
      mend: 'Install the optional package "@fontsource/unifontex", or fonts of the system (Debian: fonts-noto-cjk fonts-noto-color-emoji), or name a directory in GOTRIAGE_FONTS.',
    },
  ]
}

async function graphvizChecks(): Promise<readonly DoctorCheck[]> {
  const renderer = new Renderer({pool: {workers: 1}})
  try {
    const picture = await renderer.render({
      dot: 'digraph { gotriage -> doctor }',
      name: 'a sample',
      format: 'svg',
      layout: 'dot',
      fallback: false,
    })
    const drawn: DoctorCheck =
      picture.kind === 'rendered'
        ? {id: 'graphviz', status: 'ok', what: 'the Graphviz inside gotriage draws SVG'}
        : {
            id: 'graphviz',
            status: 'broken',
            what: 'error' in picture ? picture.error.message : picture.kind,
            mend: 'Install gotriage again: the package "@viz-js/viz" is damaged or missing.',
          }
    const png = await renderer.render({dot: 'digraph { a [label=" "] }', name: 'a sample', format: 'png', layout: 'dot'})
    const rastered: DoctorCheck =
      png.kind === 'rendered'
        ? {id: 'png', status: 'ok', what: 'sharp draws PNG'}
        : {
            id: 'png',
            status: 'off',
            what: 'error' in png ? png.error.message : png.kind,
            mend: 'Install the optional package "sharp" beside gotriage; SVG works without it.',
          }
    return [drawn, rastered]
  } finally {
    renderer.close()
  }
}

/** `dot -T?` names the formats of the plug-ins it has; without its configuration file there are none (graphviz.org/doc/info/plugins). */
async function nativeChecks(ask: Ask): Promise<readonly DoctorCheck[]> {
  const version = await ask(['dot', '-V'])
  if (version === undefined)
    return [
      {
        id: 'native-graphviz',
        status: 'off',
        what: 'there is no dot in PATH; only PDF needs it',
        mend: 'Install the package "graphviz" for -T pdf.',
      },
    ]
  const formats = new Set(
    /Use one of:(?<list>.*)/s
      .exec((await ask(['dot', '-T?']))?.text ?? '')
      ?.groups?.['list']?.trim()
      .split(/\s+/),
  )
  const name = version.text.split('\n')[0] ?? 'dot'
  const missing = ['svg', 'png', 'pdf'].filter(format => !formats.has(format))
  if (missing.length === 0) return [{id: 'native-graphviz', status: 'ok', what: `${name}, with PDF`}]
  return [
    {
      id: 'native-graphviz',
      status: formats.size === 0 ? 'broken' : 'off',
      what: `${name} has no plug-in for ${missing.join(', ')}`,
      mend:
        formats.size === 0
          ? 'Run "dot -c" as root: it writes the list of plug-ins.'
          : 'Install the plug-ins with cairo and pango (Debian: libgvplugin-pango is in graphviz; Alpine: graphviz needs pango and a font).',
    },
  ]
}

async function goChecks(ask: Ask): Promise<readonly DoctorCheck[]> {
  const go = await ask(['go', 'version'])
  if (go === undefined || go.code !== 0)
    return [
      {
        id: 'go',
        status: 'off',
        what:
          go === undefined
            ? 'there is no go in PATH; check uses the declarations of the standard library that ship with gotriage'
            : `go does not run: ${go.text.split('\n')[0] ?? ''}`,
        mend: 'Install Go if the standard library of your exact version matters, or evidence is to be symbolized from a build.',
      },
    ]
  const environment = (await ask(['go', 'env', 'GOROOT', 'CGO_ENABLED', 'CC', 'GOFLAGS']))?.text.split('\n') ?? []
  const [goroot = '', cgo = '', cc = '', flags = ''] = environment
  const compiler = cgo === '1' && cc !== '' ? await ask([...cc.split(' '), '--version']) : undefined
  return [
    {id: 'go', status: 'ok', what: `${go.text.replace(/^go version /, '')} in ${goroot}${flags === '' ? '' : `, GOFLAGS=${flags}`}`},
    cgo !== '1'
      ? {
          id: 'cgo',
          status: 'off',
          what: 'CGO_ENABLED=0: files that import "C" take no part in a build',
          mend: 'Set CGO_ENABLED=1 and install a C compiler if the program uses cgo.',
        }
      : compiler === undefined
        ? {
            id: 'cgo',
            status: 'off',
            what: `CGO_ENABLED=1, but the C compiler "${cc}" is not there`,
            mend: 'Install it, or set CC; gotriage itself needs none.',
          }
        : {id: 'cgo', status: 'ok', what: compiler.text.split('\n')[0] ?? cc},
  ]
}

export const doctorEnvelope = (checks: readonly DoctorCheck[]): Envelope => ({...emptyEnvelope('doctor'), data: {checks}})

/** A line for each check, what to do below. */
export function doctorText(checks: readonly DoctorCheck[]): string {
  const width = Math.max(...checks.map(({id}) => id.length))
  const lines = checks.flatMap(({id, status, what, mend}) => [
    `${status.padEnd(6)}  ${id.padEnd(width)}  ${what}`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 10)}→ ${mend}`]),
  ])
  return `${lines.join('\n')}\n`
}
