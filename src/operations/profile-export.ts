// A profile, filtered or merged as asked, in another format: profile.proto, folded stacks, speedscope JSON, SVG, a page.
import {errors} from '../base/errors.ts'
import {encodeProfile, gzipped} from '../evidence/pprof/encode.ts'
import {foldedText, speedscopeJson} from '../evidence/pprof/report/exports.ts'
import {topProfile} from '../evidence/pprof/report/top-proto.ts'
import type {WorkingProfile} from '../evidence/pprof/report/working-profile.ts'
import {flamePage} from '../report/flame/flame-html.ts'
import {flameSvg} from '../report/flame/flame-svg.ts'
import {flameData, flameTree} from './profile-flame.ts'
import {loadProfile, prepareReport} from './profile.ts'
import type {ProfileContext} from './profile.ts'
import type {ProfileRequest} from './profile-flags.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Of `loaded`, where the profile has been read already. */
export async function exportProfile(request: ProfileRequest, context: ProfileContext, loaded?: WorkingProfile): Promise<Uint8Array> {
  switch (request.command) {
    case 'proto':
    case 'topproto':
      return gzipped(protoBytes(loaded ?? (await loadProfile(request, context)), request, context))
    case 'folded':
      return utf8(foldedText((await flameTree(request, context, loaded)).tree))
    case 'speedscope': {
      const {tree, title, unit} = await flameTree(request, context, loaded)
      return utf8(speedscopeJson(tree, title, unit))
    }
    case 'svg':
      return utf8(flameSvg(await flameData(request, context, loaded)))
    case 'html':
      return utf8(flamePage(await flameData(request, context, loaded)))
    default:
      throw errors.usage(`profile ${request.command} is not an export`, 'See gotriage profile --help.')
  }
}

/** The whole profile, or the rows of `top`, as uncompressed profile.proto. */
export function protoBytes(profile: WorkingProfile, request: ProfileRequest, context: ProfileContext): Uint8Array {
  const report = prepareReport(profile, request.command === 'proto' ? 'proto' : 'topproto', request, context)
  return request.command === 'proto' ? encodeProfile(report.profile, report.options.ratio) : encodeProfile(topProfile(report))
}
