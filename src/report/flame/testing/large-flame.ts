// A large call tree from a seed, bushy at every level and up to sixty deep: for the page's test and its measurement.
import type {FlameData} from '../flame-data.ts'

export function largeFlame(frames: number, seed: number): FlameData {
  let state = seed >>> 0
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const functions = 8000
  const depthMax = 60
  const names = Array.from({length: functions}, (_, id) => `example.com/service/package${id % 90}.(*Type${id % 700}).Method${id}`)
  const [parent, name, depth] = [new Int32Array(frames + 1), new Int32Array(frames + 1), new Uint8Array(frames + 1)]
  const self = new Float64Array(frames + 1)
  parent[0] = name[0] = -1
  for (let row = 1; row <= frames; row++) {
    // Mostly below one of the latest rows, so that stacks grow deep.
    let above = row < 8 ? 0 : draw(3) === 0 ? draw(row) : row - 1 - draw(Math.min(row - 1, 4))
    if (depth[above]! >= depthMax) above = draw(8)
    parent[row] = above
    depth[row] = depth[above]! + 1
    name[row] = draw(functions)
    self[row] = 1 + draw(100)
  }
  return {title: 'large', type: 'cpu', unit: 'nanoseconds', names, parent, name, self}
}
