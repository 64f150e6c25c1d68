// What is known of the C functions a package may call, by description: the project's own entries first, then those of the libraries whose headers
// the package includes. A name alone says nothing: without the header it may be anybody's.
import {type ApiDescription, type CFunctionEffects, effectsIn} from './api-description.ts'
import {librariesJson} from './libraries.generated.ts'

export interface KnownFunction extends CFunctionEffects {
  /** Who says so: the file, or the library by its title. */
  readonly saidBy: string
  /** The library it belongs to; the project's own functions have none. */
  readonly library?: string
}

export interface KnownFunctions {
  of(name: string): KnownFunction | undefined
}

let shipped: readonly ApiDescription[] | undefined

/** Read once, when the first package with C asks; what was generated is what readApiDescription gave. */
function shippedDescriptions(): readonly ApiDescription[] {
  shipped ??= JSON.parse(librariesJson) as readonly ApiDescription[]
  return shipped
}

/** `includes`: what the package's C text includes, as it is written between the brackets. */
export function knownFunctions(includes: readonly string[], project: ApiDescription | undefined): KnownFunctions {
  const used = shippedDescriptions().filter(({headers}) => includes.some(file => headers.some(pattern => matches(pattern, file))))
  const entries = new Map<string, CFunctionEffects[]>()
  const owners = new Map<string, ApiDescription>()
  for (const description of used)
    for (const one of description.functions) {
      const list = entries.get(one.name)
      if (list) list.push(one)
      else entries.set(one.name, [one])
      owners.set(one.name, description)
    }
  const found = new Map<string, KnownFunction | undefined>()
  return {
    of(name) {
      if (found.has(name)) return found.get(name)
      const own = project?.functions.find(one => one.name === name)
      const owner = owners.get(name)
      const version = owner?.library === undefined ? undefined : project?.libraries[owner.library]
      const library = owner === undefined ? undefined : effectsIn(entries.get(name) ?? [], version)
      const saidBy = saysEffects(own) ? (project?.path ?? '') : (owner?.title ?? project?.path ?? '')
      const known =
        own === undefined && library === undefined
          ? undefined
          : {...library, ...own, name, saidBy, ...(owner?.library === undefined ? {} : {library: owner.library})}
      found.set(name, known)
      return known
    },
  }
}

/** The four-field list says how a function is called, not what it does. */
const saysEffects = (own: CFunctionEffects | undefined): boolean =>
  own !== undefined && [own.owns, own.stores, own.borrows, own.returns, own.thread].some(value => value !== undefined)

/** `openssl/*`, `git2.h`: the last parts of what is included. */
function matches(pattern: string, file: string): boolean {
  if (pattern.endsWith('/*')) return `/${file}`.includes(`/${pattern.slice(0, -1)}`)
  return file === pattern || file.endsWith(`/${pattern}`)
}
