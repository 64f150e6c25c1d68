// The library entry `gotriage/render`: the rendering pool, for programs that draw many graphs and must not be taken down by one of them.
export {Renderer, formats} from './render/graphviz/renderer.ts'
export type {Format, Picture, RendererOptions, RenderRequest, RenderResult, RendererKind, RenderStep} from './render/graphviz/renderer.ts'
export {abRecordText, AbRenderer, readAbRecord, type AbOptions, type AbRecord, type AbStep, type Draws} from './operations/render-ab.ts'
export {abPresets, type AbPolicy} from './guards/policies/ab.ts'
export {layouts, type Layout} from './render/graphviz/layout.ts'
export {poolDefaults, type PoolCounts, type PoolOptions} from './render/pool/pool.ts'
export {TriageError} from './base/errors.ts'
