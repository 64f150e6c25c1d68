// HTML as text, with one escaping function for every value that goes in.
import {Sha256} from '../base/sha256.ts'

/** Text for element content and double-quoted attributes; bidi controls are made visible, because names come from strangers. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replace(/[\u0000-\u0008\u000b-\u001f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, c => `\\u{${c.codePointAt(0)!.toString(16)}}`)

/** A script's or a style's text as a Content-Security-Policy names it. */
export function contentHash(text: string): string {
  const hex = new Sha256().update(new TextEncoder().encode(text)).hex()
  const bytes = Array.from({length: hex.length / 2}, (_, at) => String.fromCharCode(Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)))
  return `'sha256-${btoa(bytes.join(''))}'`
}

/** Markup that is already safe to print. */
export interface Html {
  readonly html: string
}

/** Tagged template: interpolated strings and numbers are escaped, `Html` values and arrays of them are not. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[] | undefined)[]): Html {
  let out = parts[0] ?? ''
  values.forEach((value, i) => {
    out += render(value) + (parts[i + 1] ?? '')
  })
  return {html: out}
}

const render = (value: string | number | Html | readonly Html[] | undefined): string => {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return 'html' in value ? value.html : value.map(one => one.html).join('')
}
