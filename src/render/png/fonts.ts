// The fonts a PNG can be drawn with: those of the machine, of GOTRIAGE_FONTS, and UnifontEX (SIL OFL 1.1) of the optional package
// @fontsource/unifontex, which has Latin, Arabic, Chinese, Japanese, Korean and emoji in one file. A text whose characters no font has is said so
// before drawing: librsvg draws nothing for it and reports success.
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import {createRequire} from 'node:module'
import {homedir, tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {sha256Hex} from '../../base/sha256.ts'
import {cmapRanges, fontTables, unpackWoff, type Range} from './font-file.ts'

export interface Fonts {
  /** Directories fontconfig is told of. */
  readonly directories: readonly string[]
  readonly files: readonly string[]
  /** The file for FONTCONFIG_FILE. */
  readonly configuration: string
  /** Of the characters, those that no font has. */
  missing(text: string): readonly string[]
}

export interface FontOptions {
  /** Where the machine's fonts are; default: the usual places. */
  readonly systemDirectories?: readonly string[]
  /** Whether the font of the optional package is used where installed; default yes. */
  readonly packaged?: boolean
}

const bundledPackage = '@fontsource/unifontex/files/unifontex-latin-400-normal.woff'
export const bundledFamily = 'UnifontExMono'
const filesMax = 2000
const depthMax = 6
const cmapBytesMax = 4 * 1024 * 1024

const usualDirectories = (): readonly string[] => {
  const home = homedir()
  if (process.platform === 'darwin') return ['/System/Library/Fonts', '/Library/Fonts', join(home, 'Library/Fonts')]
  if (process.platform === 'win32') return [join(process.env['WINDIR'] ?? 'C:\\Windows', 'Fonts')]
  return ['/usr/share/fonts', '/usr/local/share/fonts', join(home, '.local/share/fonts'), join(home, '.fonts')]
}

/** A directory of ours below the user's cache, or a fresh one below the temporary directory where that cannot be written. */
function cacheDirectory(): string {
  const directory = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gotriage', 'fonts')
  try {
    mkdirSync(directory, {recursive: true, mode: 0o700})
    writeFileSync(join(directory, `probe-${process.pid}`), '', {flag: 'w'})
    renameSync(join(directory, `probe-${process.pid}`), join(directory, 'probe'))
    return directory
  } catch {
    return mkdtempSync(join(tmpdir(), 'gotriage-fonts-'))
  }
}

function writeWhole(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.${process.pid}`, content)
  renameSync(`${path}.${process.pid}`, path)
}

/** The package's font as a file that freetype reads; its directory, undefined when the package is not there. */
function bundledDirectory(cache: string): string | undefined {
  let woff: Uint8Array
  try {
    woff = readFileSync(createRequire(import.meta.url).resolve(bundledPackage))
  } catch {
    return undefined
  }
  const directory = join(cache, `unifontex-${sha256Hex(woff.subarray(0, 65_536)).slice(0, 12)}`)
  const path = join(directory, 'unifontex.ttf')
  if (existsSync(path)) return directory
  const font = unpackWoff(woff)
  if (font === undefined) return undefined
  mkdirSync(directory, {recursive: true})
  writeWhole(path, font)
  return directory
}

function fontFiles(directory: string, depth = 0): string[] {
  try {
    return readdirSync(directory, {withFileTypes: true})
      .flatMap(entry => {
        const path = join(directory, entry.name)
        if (entry.isDirectory()) return depth < depthMax ? fontFiles(path, depth + 1) : []
        return /\.(?:ttf|otf|ttc|otc)$/i.test(entry.name) ? [path] : []
      })
      .slice(0, filesMax)
  } catch {
    return []
  }
}

function rangesOfFile(path: string): readonly Range[] {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    if (!fstatSync(descriptor).isFile()) return []
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length)
      return new DataView(bytes.buffer, 0, readSync(descriptor, bytes, 0, length, offset))
    }
    const head = read(0, 12 + 16 * 512)
    const cmap = fontTables(head).get('cmap')
    return cmap === undefined ? [] : cmapRanges(read(cmap.offset, Math.min(cmapBytesMax, cmap.length)))
  } catch {
    return []
  } finally {
    closeSync(descriptor)
  }
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Font configuration that needs nothing of the machine; its own configuration is read where there is one. */
function configurationText(directories: readonly string[], cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
${directories.map(directory => `  <dir>${xml(directory)}</dir>`).join('\n')}
  <cachedir>${xml(join(cache, 'fontconfig'))}</cachedir>
  <match target="pattern"><edit name="family" mode="append_last"><string>DejaVu Sans</string><string>Liberation Sans</string><string>Noto Sans</string><string>${bundledFamily}</string></edit></match>
</fontconfig>
`
}

export function findFonts(options: FontOptions = {}): Fonts {
  const cache = cacheDirectory()
  const extra = (process.env['GOTRIAGE_FONTS'] ?? '').split(delimiter).filter(path => path !== '')
  const bundled = options.packaged === false ? undefined : bundledDirectory(cache)
  const system = options.systemDirectories ?? usualDirectories()
  const directories = [...system, ...extra, ...(bundled === undefined ? [] : [bundled])]
  const text = configurationText(directories, cache)
  const configuration = join(cache, `fonts-${sha256Hex(text).slice(0, 12)}.conf`)
  if (!existsSync(configuration))
    writeWhole(configuration, options.systemDirectories === undefined ? text : text.replace(/^ {2}<include.*\n/m, ''))
  // The font that has nearly everything is asked first: then the others need not be opened.
  const files = [
    ...(bundled === undefined ? [] : fontFiles(bundled)),
    ...extra.flatMap(path => fontFiles(path)),
    ...system.flatMap(path => fontFiles(path)),
  ]
  const known: (readonly Range[])[] = []
  const found = new Map<string, boolean>()
  const has = (character: string): boolean => {
    const before = found.get(character)
    if (before !== undefined) return before
    const code = character.codePointAt(0) ?? 0
    const inRanges = (ranges: readonly Range[]) => ranges.some(([first, last]) => code >= first && code <= last)
    let present = known.some(inRanges)
    while (!present && known.length < files.length) {
      const ranges = rangesOfFile(files[known.length]!)
      known.push(ranges)
      present = inRanges(ranges)
    }
    found.set(character, present)
    return present
  }
  return {
    directories,
    files,
    configuration,
    missing: shown => [...new Set(shown)].filter(character => !invisible.test(character) && !has(character)),
  }
}

/** Characters that draw nothing by themselves, or choose a form of the one before. */
const invisible = /[\s\p{Cc}\p{Cf}\p{Variation_Selector}\u200d]/u
