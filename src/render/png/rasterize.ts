// What is asked of the rasterizing process and what it answers.
import type {StartVessel} from '../pool/pool.ts'
import {processVessel} from '../pool/process-vessel.ts'
import {workerCode} from '../pool/worker-file.ts'

export interface RasterizeRequest {
  readonly svg: string
  readonly dotsPerInch: number
}

export type Rasterized =
  | {readonly kind: 'png'; readonly bytes: Uint8Array}
  | {readonly kind: 'failed'; readonly why: string}
  /** The optional package is not installed. */
  | {readonly kind: 'missing'; readonly why: string}

/** `fontsConf` is the file fontconfig reads. */
export const startRasterizer =
  (fontsConf: string): StartVessel<RasterizeRequest, Rasterized> =>
  events =>
    processVessel(workerCode('rasterize.worker.js', new URL('./rasterize.worker.ts', import.meta.url)), events, {
      FONTCONFIG_FILE: fontsConf,
      VIPS_WARNING: '1',
    })
