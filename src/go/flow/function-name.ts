// The name under which facts about a function are kept across packages: the linker's name of the declared function.
import {asNamed, dereference, objectType, type Func} from '../types/api.ts'

/** `pkg.F`, `pkg.T.M`, `pkg.(*T).M`, for interface methods `pkg.I.M`; undefined for functions without a package or receiver name. */
export function functionName(func: Func): string | undefined {
  const origin = func.origin ?? func
  const path = origin.pkg?.path
  const type = objectType(origin)
  const recv = type.kind === 'Signature' ? type.recv : undefined
  if (recv === undefined) return path === undefined ? undefined : `${path}.${origin.name}`
  const {type: base, pointer} = dereference(objectType(recv))
  const named = asNamed(base)
  if (named === undefined) return undefined
  const {obj} = named
  const owner = obj.pkg === undefined ? '' : `${obj.pkg.path}.`
  return pointer ? `${owner}(*${obj.name}).${origin.name}` : `${owner}${obj.name}.${origin.name}`
}
