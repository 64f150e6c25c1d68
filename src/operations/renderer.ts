// The renderer as front ends make it; kept apart so that they need not reach below the operations.
export {Renderer} from '../render/graphviz/renderer.ts'
