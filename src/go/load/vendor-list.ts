// vendor/modules.txt: which module version each vendored package came from (cmd/go/internal/modload/vendor.go).
import type {ModuleVersion} from './mod-file.ts'

export interface VendoredModule extends ModuleVersion {
  readonly goVersion: string | undefined
  readonly explicit: boolean
  readonly replacement: ModuleVersion | undefined
}
export interface VendorList {
  /** Whether `go work vendor` wrote it. */
  readonly workspace: boolean
  readonly modules: readonly VendoredModule[]
  readonly byPackage: ReadonlyMap<string, VendoredModule>
}

/** Lines read; kubernetes has about 2,500. */
const linesMax = 500_000

export function parseVendorList(text: string): VendorList {
  const modules: VendoredModule[] = []
  const byPackage = new Map<string, VendoredModule>()
  let workspace = false
  let current: VendoredModule | undefined
  const settle = (next: VendoredModule | undefined) => {
    current = next
    if (next !== undefined) modules.push(next)
  }
  const lines = text.split('\n', linesMax).map(line => line.trim())
  for (const line of lines) {
    if (line.startsWith('## ')) {
      const words = line.slice(3).split(/[;\s]+/)
      if (current === undefined) workspace ||= words.includes('workspace')
      else {
        const go = words.indexOf('go')
        const annotated = {...current, explicit: words.includes('explicit'), goVersion: go < 0 ? undefined : words[go + 1]}
        modules[modules.length - 1] = annotated
        current = annotated
      }
    } else if (line.startsWith('# ')) settle(parseModuleLine(line.slice(2).split(/\s+/)))
    else if (line !== '' && !line.startsWith('#') && current !== undefined) byPackage.set(line, current)
  }
  return {workspace, modules, byPackage}
}

/** `path version`, `path version => path version`, `path version => dir`; lines without a version only tell of unused replacements. */
function parseModuleLine(words: readonly string[]): VendoredModule | undefined {
  const [path, version = ''] = words
  if (path === undefined || !version.startsWith('v')) return undefined
  const arrow = words.indexOf('=>')
  const replacement = arrow < 0 ? undefined : {path: words[arrow + 1] ?? '', version: words[arrow + 2] ?? ''}
  return {path, version, goVersion: undefined, explicit: false, replacement}
}
