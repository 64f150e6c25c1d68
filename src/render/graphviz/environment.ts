// What kind of machine this is, in few words, so that failures can be counted by it: system, distribution, and whether it has fonts at all.
import {existsSync, readFileSync} from 'node:fs'

const fontFolders = ['/usr/share/fonts', '/usr/local/share/fonts', '/System/Library/Fonts', 'C:\\Windows\\Fonts']

/** `linux/x64 debian-12 fonts`, `linux/x64 alpine-3.20.1 no-fonts`, `darwin/arm64 fonts`. */
export function environmentLabel(): string {
  const fonts = fontFolders.some(folder => existsSync(folder)) ? 'fonts' : 'no-fonts'
  return [`${process.platform}/${process.arch}`, ...distribution(osRelease()), fonts].join(' ')
}

/** os-release(5): ID and VERSION_ID. */
export function distribution(text: string): readonly string[] {
  const field = (name: string) => new RegExp(`^${name}=["']?([\\w.-]{1,40})["']?\\s*$`, 'm').exec(text)?.[1]
  const id = field('ID')
  const version = field('VERSION_ID')
  return id === undefined ? [] : [version === undefined ? id : `${id}-${version}`]
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8').slice(0, 4096)
  } catch {
    return ''
  }
}
