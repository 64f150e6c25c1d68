// Graphviz passes on what the file says: links with `javascript:`, style sheets and pictures from anywhere, control characters in labels.
// This takes them out; everything else stays as it came.

const link = /(\s(?:xlink:)?href=)(?:"([^"]*)"|'([^']*)')/g
const harmless = /^(?:https?:|mailto:|#|\.{0,2}\/|[^:]*$)/i

const plain = (url: string) =>
  url
    .replace(/&#(x[0-9a-f]+|\d+);/gi, (_, code: string) =>
      String.fromCodePoint(Math.min(0x10ffff, /^x/i.test(code) ? Number.parseInt(code.slice(1), 16) : Number(code))),
    )
    .replaceAll('&amp;', '&')
    // oxlint-disable-next-line no-control-regex -- browsers skip control characters inside a URL
    .replace(/[\s\u0000-\u001f]+/g, '')

export function safeSvg(svg: string): string {
  return (
    svg
      // oxlint-disable-next-line no-control-regex -- the characters that XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/<\?xml-stylesheet[^>]*\?>\s*/g, '')
      .replace(/<image\b[^>]*>/g, '')
      .replace(link, (whole, attribute: string, double: string | undefined, single: string | undefined) =>
        harmless.test(plain(double ?? single ?? '')) ? whole : `${attribute}"#"`,
      )
  )
}
