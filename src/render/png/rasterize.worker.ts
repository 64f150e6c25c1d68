// SVG to PNG by sharp, in a process of its own: librsvg, pango and fontconfig are native code, and fontconfig is set up by the environment.
import type {Reply} from '../pool/pool.ts'
import type {Rasterized, RasterizeRequest} from './rasterize.ts'

const send = (message: 'ready' | Reply<Rasterized>) => void process.send?.(message)

const sharp = await import('sharp').then(
  module => module.default,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
)

/** sharp scales by the density, and librsvg once more where sizes are in points: so that a point is counted once, the root's sizes lose their unit. */
const unitless = (svg: string) => svg.replace(/(<svg\b[^>]*?\bwidth="[\d.]+)pt("\s+height="[\d.]+)pt"/, '$1$2"')

async function rasterize({svg, dotsPerInch}: RasterizeRequest): Promise<Rasterized> {
  if (typeof sharp === 'string') return {kind: 'missing', why: sharp}
  try {
    const {data} = await sharp(Buffer.from(unitless(svg)), {density: dotsPerInch, unlimited: false})
      .flatten({background: '#ffffff'})
      .png()
      .toBuffer({resolveWithObject: true})
    return {kind: 'png', bytes: new Uint8Array(data)}
  } catch (error) {
    return {kind: 'failed', why: error instanceof Error ? error.message : String(error)}
  }
}

process.on('message', message => void rasterize(message as RasterizeRequest).then(value => send({value}))) // both ends are ours
process.on('disconnect', () => process.exit())
send('ready')
